// Search while typing; without it the form works as it is.
import { call } from "./api.js";
import { empty, make, say } from "./words.js";

const PAUSE_MS = 250;
const form = document.querySelector("form[data-find]");
const input = form.querySelector("input[type=search]");
const list = document.getElementById("units");
const count = document.getElementById("units-count");
let timer = 0;
let asked = 0;

function row(unit) {
  const body = make("span", "weui-cell__bd", make("strong", "", unit.name));
  const path = Array.isArray(unit.path) ? unit.path.join(" › ") : unit.path;
  if (path) body.append(make("span", "weui-cell__desc sub", path));
  const chevron = make("span", "chevron");
  chevron.setAttribute("aria-hidden", "true");
  const link = make("a", "weui-cell", body, chevron);
  link.href = unit.url;
  return make("li", "", link);
}

async function search() {
  const q = input.value.trim();
  const mine = ++asked;
  if (!q) return;
  try {
    const reply = await call("GET", `${form.dataset.find}?q=${encodeURIComponent(q)}`);
    if (mine !== asked || reply.status !== 200) return; // an older question's answer must not overwrite a newer one's
    const units = reply.body.units;
    empty(list).append(...units.map(row));
    list.hidden = units.length === 0;
    count.textContent = units.length ? say("found", { n: units.length }) : say("found_none");
  } catch (noReply) {
    count.textContent = say("find_offline");
  }
}

input.addEventListener("input", (event) => {
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MS);
});
input.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MS);
});
