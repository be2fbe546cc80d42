// A page under an item clock: counts down and sends the form when the item's time ends. The server decides; this only saves a tap.
import { Clock, Countdown, minutesAndSeconds } from "./clock.js";
import { drawItem, readItem } from "./item_view.js";
import { empty, make, pageData, say } from "./words.js";

const SOON_MS = 5000;
const page = pageData("sitting-page");
const form = document.getElementById("answer-form");
const sitting = pageData("sitting-data");
const item = sitting.items[page.at - 1];
const field = document.getElementById("item");
let sent = false;

drawItem(field, item, readItem(field, item)); // with what was tapped on the server's form before this module had arrived

function hidden(name, value) {
  const input = make("input");
  form.append(Object.assign(input, { type: "hidden", name, value }));
}

function send() {
  if (sent) return;
  sent = true;
  hidden("go", document.getElementById("next").value);
  hidden("answer", JSON.stringify(readItem(field, item)));
  document.getElementById("next").disabled = true;
  form.submit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && item.kind === "case" && event.target.matches("input")) event.preventDefault(); // it has more to fill in
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
