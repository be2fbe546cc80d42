// One item as the template draws it, made from the data block; reads the answer back from its inputs.
import { empty, make, say } from "./words.js";

function choice(type, value, sign, text, checked) {
  const input = make("input");
  Object.assign(input, { type, name: "choice", value, checked });
  const letter = make("span", "letter", sign);
  if (type === "radio" && value !== sign) letter.setAttribute("aria-hidden", "true");
  return make("label", "choice", input, make("span", "choice-body", letter, make("span", "text", text)));
}

function blanks(item, answer) {
  const count = item.blanks || 1;
  const texts = Array.isArray(answer) ? answer : [answer || ""];
  return Array.from({ length: count }, (_, n) => {
    const input = make("input", "input");
    Object.assign(input, { id: `blank-${n}`, name: "blank", maxLength: 200, value: texts[n] || "", autocomplete: "off" });
    const label = make("label", "", count === 1 ? say("blank") : say("blank_n", { n: n + 1 }));
    label.htmlFor = input.id;
    return make("p", "field blank", label, input);
  });
}

function controls(item, answer) {
  if (item.kind === "judge") {
    return [choice("radio", "true", "✓", say("yes"), answer === true), choice("radio", "false", "✗", say("no"), answer === false)];
  }
  if (item.kind === "blank") return blanks(item, answer);
  const chosen = Array.isArray(answer) ? answer : [];
  const type = item.kind === "single" ? "radio" : "checkbox";
  return item.choices.map(({ label, text }) => choice(type, label, label, text, chosen.includes(label)));
}

export function drawItem(field, item, answer) {
  const kind = make("span", "item-kind", make("span", "tag", say(item.kind === "blank" ? "fill" : item.kind)));
  kind.id = "item-kind";
  kind.append(`${item.kind === "multiple" ? `${say("several")} · ` : ""}${say("points", { n: item.points })}`);
  const parts = [make("legend", "", kind, make("span", "stem", item.stem))];
  if (item.image) {
    const picture = make("img", "item-image");
    picture.src = item.image;
    picture.alt = item.image_alt || say("picture");
    parts.push(picture);
  }
  empty(field).append(...parts, make("div", "choices", ...controls(item, answer)));
}

export function readItem(field, item) {
  if (item.kind === "blank") {
    const texts = Array.from(field.querySelectorAll("input"), (input) => input.value);
    return texts.length === 1 ? texts[0] : texts;
  }
  const chosen = Array.from(field.querySelectorAll("input:checked"), (input) => input.value);
  if (item.kind !== "judge") return chosen;
  return chosen.length ? chosen[0] === "true" : "";
}

// An answer in words, for a question to the person.
export function inWords(item, answer) {
  if (item.kind === "judge") return answer === true ? say("yes") : answer === false ? say("no") : say("nothing");
  const words = Array.isArray(answer) ? answer.filter(Boolean).join(say("list_comma")) : String(answer || "");
  return words || say("nothing");
}
