// 答题卡: the same lozenges in the dialog and in the panel of wide screens.
import { empty, make, say } from "./words.js";

function cell({ position, answered, marked }, here, go) {
  const button = make("button", `cell${answered ? " cell-answered" : ""}${marked ? " cell-marked" : ""}`);
  button.type = "button";
  const word = say(answered ? "answered" : "empty");
  button.append(String(position), make("small", "", word));
  button.setAttribute("aria-label", [say("at", { n: position }), word, marked ? say("is_marked") : ""].filter(Boolean).join(" "));
  if (position === here) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => go(position));
  return make("li", "", button);
}

function legend() {
  const row = (className, word) => make("li", "", make("span", `cell ${className}`), say(word));
  const list = make("ul", "key-list", row("cell-answered", "answered"), row("", "empty"), row("cell-marked", "marked"));
  list.setAttribute("aria-hidden", "true");
  return list;
}

export class Sheet {
  constructor(go) {
    this.dialog = document.getElementById("sheet-dialog");
    this.places = document.querySelectorAll("[data-sheet]");
    this.go = (position) => {
      if (this.dialog.open) this.dialog.close();
      go(position);
    };
    this.places.forEach((place) => place.append(legend(), make("ol", "sheet")));
  }

  draw(states, here) {
    this.places.forEach((place) => {
      const list = place.lastChild;
      const focused = Array.prototype.indexOf.call(list.children, document.activeElement && document.activeElement.parentNode);
      empty(list).append(...states.map((state) => cell(state, here, this.go)));
      if (focused >= 0) list.children[focused].firstChild.focus();
    });
  }
}
