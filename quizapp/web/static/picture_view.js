// A picture in which places are marked: by tapping, by a cross that the arrow keys move; each mark also stands in a list with its own button.
import { empty, make, say } from "./words.js";

const SIDE = 1000;
const STEP = 10;
const STRIDE = 50;
const FINGER = 16; // pixels around a mark that mean the mark
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function drawing(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

const share = (n) => `${n / 10}%`;
const within = (n) => Math.min(SIDE, Math.max(0, Math.round(n)));
const placeInWords = ([x, y]) => say("tap_at", { x: x / 10, y: y / 10 });

class Picture {
  constructor(item, answer) {
    this.most = item.taps;
    this.points = (answer || []).map((point) => point.slice());
    this.at = [SIDE / 2, SIDE / 2];
    this.marks = drawing("svg", { class: "marks", "aria-hidden": "true" });
    this.list = make("ol", "mark-list");
    this.said = make("p", "sr");
    this.said.setAttribute("aria-live", "polite");
    this.hint = make("p", "hint keys", say("tap_keys"));
    this.hint.id = "picture-keys";
    this.box = this.makeBox(item);
    this.show();
  }

  makeBox(item) {
    const image = make("img", "whole");
    Object.assign(image, { src: item.image, alt: "", draggable: false });
    if (item.image_size) [image.width, image.height] = item.image_size;
    const box = make("div", "picture picture-live", image, this.marks);
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", say("tap_picture", { alt: item.alt || say("picture") }));
    box.setAttribute("aria-describedby", this.hint.id);
    box.addEventListener("click", (event) => this.tap(event));
    box.addEventListener("keydown", (event) => this.key(event));
    return box;
  }

  locked() {
    return this.box.closest("fieldset:disabled");
  }

  tap(event) {
    const { left, top, width, height } = this.box.getBoundingClientRect();
    this.at = [within((event.clientX - left) / width * SIDE), within((event.clientY - top) / height * SIDE)];
    this.toggle();
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!move) {
      this.toggle();
      return;
    }
    const by = event.shiftKey ? STRIDE : STEP;
    this.at = [within(this.at[0] + move[0] * by), within(this.at[1] + move[1] * by)];
    this.said.textContent = placeInWords(this.at);
    this.show();
  }

  // The mark under the finger, if there is one.
  under() {
    const { width, height } = this.box.getBoundingClientRect();
    const far = ([x, y]) => Math.hypot((x - this.at[0]) / SIDE * width, (y - this.at[1]) / SIDE * height);
    const nearest = this.points.map(far).reduce((best, distance, n, all) => (distance < all[best] ? n : best), 0);
    return this.points.length && far(this.points[nearest]) <= FINGER ? nearest : -1;
  }

  toggle() {
    if (this.locked()) return;
    const there = this.under();
    if (there >= 0) {
      this.remove(there);
    } else if (this.points.length >= this.most) {
      this.say(say("tap_full", { most: this.most }), true);
    } else {
      this.points.push(this.at.slice());
      this.changed(say("tap_set", { n: this.points.length, at: placeInWords(this.at) }));
    }
  }

  remove(n) {
    this.points.splice(n, 1);
    this.changed(say("tap_gone", { n: this.points.length }));
  }

  say(words, seen) {
    this.said.textContent = words;
    this.said.className = seen ? "field-error" : "sr";
  }

  changed(words) {
    this.say(words, false);
    this.show();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  show() {
    empty(this.marks).append(
      ...this.points.flatMap(([x, y], n) => [
        drawing("circle", { class: "mark", cx: share(x), cy: share(y), r: 13 }),
        drawing("text", { class: "mark-no", x: share(x), y: share(y), dy: ".36em" }, String(n + 1)),
      ]),
      drawing("svg", { class: "cross-hair", x: share(this.at[0]), y: share(this.at[1]), overflow: "visible" },
        drawing("path", { class: "cross-halo", d: "M-18 0H18M0-18V18" }), drawing("path", { class: "cross-line", d: "M-18 0H18M0-18V18" })),
    );
    const held = Array.prototype.indexOf.call(this.list.children, document.activeElement && document.activeElement.parentNode);
    empty(this.list).append(...this.points.map((point, n) => this.line(point, n)));
    if (held >= 0) (this.list.children[Math.min(held, this.points.length - 1)] || { lastChild: this.box }).lastChild.focus();
  }

  line(point, n) {
    const key = make("span", "mark-key", String(n + 1));
    key.setAttribute("aria-hidden", "true");
    const button = make("button", "link-btn", say("remove"), make("span", "sr", say("remove_nth", { n: n + 1 })));
    Object.assign(button, { type: "button", name: "untap", value: point.join(",") });
    button.addEventListener("click", () => this.remove(n));
    return make("li", "", key, make("span", "text", placeInWords(point)), button);
  }
}

export function drawPicture(item, answer) {
  const picture = new Picture(item, answer);
  return [make("p", "hint", say("tap_hint", { most: item.taps })), picture.box, picture.hint, picture.said, picture.list];
}

export function readPicture(field) {
  return Array.from(field.querySelectorAll("[name=untap]"), (button) => button.value.split(",").map(Number));
}
