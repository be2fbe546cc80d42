// Waiting for one's turn to start: counts down by itself, asks again when the turn has come, and only with somebody in front of the page: the clock of the sitting starts then.
import { call } from "./api.js";
import { backOff } from "./back_off.js";
import { pageData, say } from "./words.js";

const SPREAD_MS = 500;
const SAY_EVERY_MS = 15000; // a screen reader is told so often, not every second
const byId = (id) => document.getElementById(id);
const form = document.querySelector("form[data-waiting]");
const queue = pageData("waiting-data");
const slug = form.dataset.waiting;
let due = 0;
let perPlace = 0;
let saidAt = 0;
let failures = 0;
let timer = 0;
let asking = false;

function take({ place, wait_ms: wait }) {
  due = performance.now() + wait;
  perPlace = wait / place;
  failures = 0;
}

function show() {
  const left = Math.max(0, due - performance.now());
  const place = Math.max(1, Math.ceil(left / perPlace));
  const title = say("place", { n: place });
  byId("waiting-title").textContent = title;
  document.title = document.title.replace(/^.*? · /, `${title} · `);
  byId("waiting-ahead").textContent = String(place - 1);
  byId("waiting-left").textContent = left < 60000 ? say("seconds", { n: Math.ceil(left / 1000) }) : say("minutes", { n: Math.ceil(left / 60000) });
  if (performance.now() - saidAt > SAY_EVERY_MS) tell(say("ahead_said", { n: place - 1 }));
}

function tell(words) {
  saidAt = performance.now();
  if (byId("waiting-words").textContent !== words) byId("waiting-words").textContent = words;
}

function tick() {
  clearTimeout(timer);
  const left = due - performance.now();
  if (left > 0) {
    show();
    timer = setTimeout(tick, Math.min(1000, left));
  } else if (document.visibilityState === "hidden") {
    document.title = document.title.replace(/^.*? · /, `${say("paused")} · `); // comes back with the page
  } else {
    tell(say("entering"));
    timer = setTimeout(enter, Math.random() * SPREAD_MS);
  }
}

function again(word, retryAfter) {
  tell(say(word));
  timer = setTimeout(enter, backOff(failures, retryAfter));
  failures += 1;
}

async function enter() {
  if (asking) return;
  clearTimeout(timer);
  asking = true;
  try {
    const wish = { practice: Boolean(form.elements.practice) };
    ["stage", "room_code"].forEach((name) => { if (form.elements[name]) wish[name] = form.elements[name].value; });
    receive(await call("POST", `/api/v1/contests/${slug}/sittings`, wish));
  } catch (noReply) {
    again("offline", 0);
  } finally {
    asking = false;
  }
}

function receive(reply) {
  if (reply.status === 200 || reply.status === 201) window.location.replace(`/s/${reply.body.id}`);
  else if (reply.body.queue) {
    take(reply.body.queue);
    tick();
  } else if (reply.status === 429 || reply.status >= 500) again("busy", reply.retryAfter);
  else window.location.replace(`/c/${slug}/start`); // why not is said there
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && due <= performance.now() && !failures) tick();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

if (queue.wait_ms) {
  byId("waiting-promise").hidden = false;
  take(queue);
  saidAt = performance.now(); // the page has just said it
  tick();
}
