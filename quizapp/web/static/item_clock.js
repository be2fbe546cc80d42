// A page under an item clock: counts down and sends the form when the item's time ends. The server decides; this only saves a tap.
import { Clock, Countdown, minutesAndSeconds } from "./clock.js";
import { empty, make, pageData, say } from "./words.js";

const SOON_MS = 5000;
const page = pageData("sitting-page");
const form = document.getElementById("answer-form");
let sent = false;

function send() {
  if (sent) return;
  sent = true;
  form.querySelectorAll("[data-go]").forEach((old) => old.remove());
  const go = make("input");
  Object.assign(go, { type: "hidden", name: "go", value: document.getElementById("next").value });
  form.append(go);
  document.getElementById("next").disabled = true;
  form.submit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // the item's clock went on while the page slept
});

if (page.item_deadline) {
  const timer = document.getElementById("timer");
  const figure = make("b");
  timer.setAttribute("role", "timer");
  empty(timer).append(`${say("item_left")} `, figure);
  new Countdown(new Clock(page.server_time), page.item_deadline, {
    show: (left) => {
      figure.textContent = minutesAndSeconds(left);
      timer.classList.toggle("timer-soon", left <= SOON_MS);
    },
    over: send,
  });
}
