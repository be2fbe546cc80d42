// An order: lines that are moved by buttons or by dragging; every move is said aloud. Nothing is answered until a line was moved or the order confirmed.
import { make, say } from "./words.js";

function button(className, sign, words, action) {
  const made = make("button", className, sign);
  made.type = "button";
  if (words) made.setAttribute("aria-label", words);
  made.addEventListener("click", action);
  return made;
}

class Order {
  constructor(item, answer) {
    const texts = Object.fromEntries(item.choices.map(({ label, text }) => [label, text]));
    const chosen = (answer || []).filter((label) => label in texts);
    const labels = [...chosen, ...Object.keys(texts).filter((label) => !chosen.includes(label))];
    this.said = make("p", "sr");
    this.said.setAttribute("aria-live", "polite");
    this.list = make("ol", "order order-live", ...labels.map((label) => this.line(label, texts[label])));
    this.confirm = button("weui-btn weui-btn_default", say("order_as_it_is"), "", () => this.changed(say("ordered")));
    this.show(chosen.length > 0);
  }

  line(label, text) {
    const grip = make("span", "grip", "⠿");
    grip.setAttribute("aria-hidden", "true");
    const steps = make("span", "steps",
      button("step", "↑", say("up", { text }), () => this.step(line, -1)),
      button("step", "↓", say("down", { text }), () => this.step(line, 1)));
    const line = make("li", "", grip, make("span", "order-no"), make("span", "text", text), steps);
    Object.assign(line.dataset, { label, text });
    line.addEventListener("pointerdown", (event) => this.grab(event, line));
    return line;
  }

  show(answered) {
    this.list.dataset.answered = answered ? "1" : "";
    this.confirm.hidden = answered;
    this.number();
  }

  number() {
    const lines = Array.from(this.list.children);
    lines.forEach((line, n) => {
      const [up, down] = line.querySelectorAll(".step");
      line.querySelector(".order-no").textContent = `${n + 1}`;
      up.setAttribute("aria-disabled", String(n === 0));
      down.setAttribute("aria-disabled", String(n === lines.length - 1));
    });
  }

  changed(words) {
    const held = document.activeElement;
    this.show(true);
    this.said.textContent = words;
    if (held === this.confirm) this.list.querySelector(".step").focus();
    this.list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  moved(line) {
    const n = Array.prototype.indexOf.call(this.list.children, line) + 1;
    this.changed(say("moved", { text: line.dataset.text, n }));
  }

  step(line, by) {
    const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    const held = document.activeElement;
    this.list.insertBefore(by < 0 ? line : other, by < 0 ? other : line);
    held.focus(); // a line that is moved in the document loses it
    this.moved(line);
  }

  // A finger drags by the grip only, so that the rest of the line still scrolls the page.
  grab(event, line) {
    const grip = line.querySelector(".grip");
    if (event.target.closest("button") || (event.pointerType !== "mouse" && event.target !== grip)) return;
    if (event.button !== 0 || line.closest("fieldset:disabled")) return;
    event.preventDefault();
    const before = Array.from(this.list.children).indexOf(line);
    const drag = (move) => this.drag(line, move.clientY);
    const drop = () => {
      ["pointermove", "pointerup", "pointercancel"].forEach((name) => grip.removeEventListener(name, name === "pointermove" ? drag : drop));
      line.classList.remove("dragged");
      if (Array.from(this.list.children).indexOf(line) !== before) this.moved(line);
    };
    line.classList.add("dragged");
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  }

  drag(line, y) {
    const middle = (other) => {
      const { top, bottom } = other.getBoundingClientRect();
      return (top + bottom) / 2;
    };
    const { previousElementSibling: above, nextElementSibling: below } = line;
    if (above && y < middle(above)) this.list.insertBefore(line, above);
    else if (below && y > middle(below)) this.list.insertBefore(below, line);
    this.number();
  }
}

export function drawOrder(item, answer) {
  const order = new Order(item, answer);
  return [make("p", "hint", say("order_hint")), order.list, order.confirm, order.said];
}

export function readOrder(field, item, prefix) {
  const list = field.querySelector("ol.order-live");
  if (list) return list.dataset.answered ? Array.from(list.children, (line) => line.dataset.label) : [];
  const places = item.choices.map(({ label }) => [Number(field.querySelector(`[name="${prefix}order-${label}"]`).value), label]);
  return places.filter(([place]) => place).sort((a, b) => a[0] - b[0]).map(([, label]) => label);
}
