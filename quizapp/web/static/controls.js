// What every browser has an input for: choices, truths, blanks, numbers, pairs, texts.
import { make, say } from "./words.js";

const LONGEST_ESSAY = 5000;

function choice(type, name, value, sign, text, checked) {
  const input = make("input");
  Object.assign(input, { type, name, value, checked });
  const letter = make("span", "letter", sign);
  if (type === "radio" && value !== sign) letter.setAttribute("aria-hidden", "true");
  return make("label", "choice", input, make("span", "choice-body", letter, make("span", "text", text)));
}

function choices(item, answer, prefix) {
  const chosen = Array.isArray(answer) ? answer : [];
  const type = item.kind === "single" ? "radio" : "checkbox";
  return item.choices.map(({ label, text }) => choice(type, `${prefix}choice`, label, label, text, chosen.includes(label)));
}

function judge(item, answer, prefix) {
  const one = (value, sign, word) => choice("radio", `${prefix}choice`, String(value), sign, say(word), answer === value);
  return [one(true, "✓", "yes"), one(false, "✗", "no")];
}

function labelled(className, words, input) {
  const label = make("label", "", words);
  label.htmlFor = input.id;
  return make("p", className, label, input);
}

function blanks(item, answer, prefix) {
  const count = item.blanks || 1;
  const texts = Array.isArray(answer) ? answer : [answer || ""];
  return Array.from({ length: count }, (_, n) => {
    const input = make("input", "input");
    Object.assign(input, { id: `${prefix}blank-${n}`, name: `${prefix}blank`, maxLength: 200, value: texts[n] || "", autocomplete: "off" });
    return labelled("field blank", count === 1 ? say("blank") : say("blank_n", { n: n + 1 }), input);
  });
}

function number(item, answer, prefix) {
  const input = make("input", "input");
  Object.assign(input, { id: `${prefix}number`, name: `${prefix}number`, inputMode: "decimal", maxLength: 200, value: answer || "", autocomplete: "off" });
  const field = labelled("field", say("number"), input);
  const row = make("span", "with-unit", input);
  if (item.unit) {
    const unit = make("span", "unit", item.unit);
    unit.setAttribute("aria-hidden", "true");
    field.firstChild.append(make("span", "sr", say("unit", { unit: item.unit })));
    row.append(unit);
  }
  field.append(row);
  return [field];
}

function option(value, words, selected) {
  const made = make("option", "", words);
  Object.assign(made, { value, selected });
  return made;
}

function pairs(item, answer, prefix) {
  const list = make("ul", "match-right", ...item.right.map(({ label, text }) => make("li", "", make("span", "letter", label), make("span", "text", text))));
  list.setAttribute("aria-hidden", "true");
  const given = answer || {};
  return [list, ...item.left.map((left) => {
    const select = make("select", "input", option("", say("choose"), !given[left.label]));
    select.id = `${prefix}match-${left.label}`;
    select.append(...item.right.map(({ label, text }) => option(label, `${label}　${text}`, given[left.label] === label)));
    return labelled("field match", left.text, select);
  })];
}

function lengths({ least, most }) {
  if (least && most) return say("least_most", { least, most });
  return least ? say("at_least", { least }) : say("at_most", { most: most || LONGEST_ESSAY });
}

function essay(item, answer, prefix) {
  const input = make("textarea", "input essay");
  Object.assign(input, { id: `${prefix}essay`, rows: 12, maxLength: item.most || LONGEST_ESSAY, value: answer || "" });
  const hint = make("span", "hint", lengths(item));
  const count = make("span", "count quiet");
  const show = () => { count.textContent = say("counted", { n: Array.from(input.value).length }); };
  hint.id = `${prefix}essay-hint`;
  input.setAttribute("aria-describedby", hint.id);
  input.addEventListener("input", show);
  show();
  const field = labelled("field", say("essay_text"), input);
  field.insertBefore(hint, input);
  field.append(count);
  return [field];
}

const DRAW = { single: choices, multiple: choices, judge, blank: blanks, numeric: number, match: pairs, essay };

export function controls(item, answer, prefix) {
  return DRAW[item.kind](item, answer, prefix);
}

export function readControls(field, item, prefix) {
  if (item.kind === "match") {
    const found = item.left.map(({ label }) => [label, field.querySelector(`[id="${prefix}match-${label}"]`).value]);
    return Object.fromEntries(found.filter(([, right]) => right));
  }
  if (item.kind === "numeric" || item.kind === "essay") return field.querySelector("input, textarea").value;
  if (item.kind === "blank") {
    const texts = Array.from(field.querySelectorAll("input"), (input) => input.value);
    return texts.length === 1 ? texts[0] : texts;
  }
  const chosen = Array.from(field.querySelectorAll("input:checked"), (input) => input.value);
  if (item.kind !== "judge") return chosen;
  return chosen.length ? chosen[0] === "true" : "";
}
