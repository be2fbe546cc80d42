// One item as the template draws it, made from the data block; reads the answer back from its inputs. `prefix` tells a case's items apart.
import { controls, readControls } from "./controls.js";
import { drawOrder, readOrder } from "./order_view.js";
import { drawPicture, readPicture } from "./picture_view.js";
import { empty, make, say } from "./words.js";

function tags(item, own) {
  const kind = make("span", "item-kind");
  if (own) kind.append(make("span", "own-no", say("own_no", { n: item.position })));
  const more = { multiple: `${say("several")} · `, case: `${say("own_items", { n: (item.items || []).length })} · ` };
  kind.append(make("span", "tag", say(`kind_${item.kind}`)), `${more[item.kind] || ""}${say("points", { n: item.points })}`);
  return kind;
}

function image(item) {
  const picture = make("img", "item-image");
  Object.assign(picture, { src: item.image, alt: item.alt || say("picture") });
  if (item.image_size) [picture.width, picture.height] = item.image_size;
  return picture;
}

function parts(item, answer, prefix) {
  if (item.kind === "order") return drawOrder(item, answer);
  if (item.kind === "hotspot") return drawPicture(item, answer);
  return controls(item, answer, prefix);
}

function own(item, answer) {
  const legend = make("legend", "", tags(item, true), make("span", "stem", item.stem));
  const field = make("fieldset", "own", legend, item.image ? image(item) : null, make("div", "choices", ...parts(item, answer, `${item.position}-`)));
  return field;
}

function caseStem(item) {
  const stem = make("div", "case-stem", make("p", "stem", item.stem), item.image ? image(item) : null);
  stem.tabIndex = 0;
  stem.setAttribute("role", "region");
  stem.setAttribute("aria-label", say("case_stem"));
  return stem;
}

export function drawItem(field, item, answer) {
  const kind = tags(item, false);
  kind.id = "item-kind";
  if (item.kind === "case") {
    const given = answer || {};
    empty(field).append(make("legend", "", kind), caseStem(item), ...item.items.map((part) => own(part, given[part.position])));
    return;
  }
  empty(field).append(make("legend", "", kind, make("span", "stem", item.stem)));
  if (item.image && item.kind !== "hotspot") field.append(image(item));
  field.append(make("div", "choices", ...parts(item, answer, "")));
}

export function readItem(field, item, prefix = "") {
  if (item.kind === "order") return readOrder(field, item, prefix);
  if (item.kind === "hotspot") return readPicture(field);
  if (item.kind !== "case") return readControls(field, item, prefix);
  const fields = field.querySelectorAll("fieldset.own");
  const answers = {};
  item.items.forEach((part, n) => {
    const answer = readItem(fields[n], part, `${part.position}-`);
    if (answer === true || answer === false || Object.keys(answer).length) answers[part.position] = answer;
  });
  return answers;
}

const LONG = 40;

// An answer in words, for a question to the person.
export function inWords(item, answer) {
  if (answer === true || answer === false) return say(answer ? "yes" : "no");
  if (!answer) return say("nothing");
  const several = say("list_comma");
  if (item.kind === "hotspot") return answer.map(([x, y]) => say("tap_at", { x: x / 10, y: y / 10 })).join(several) || say("nothing");
  if (item.kind === "case") return item.items.map((part) => say("own_no", { n: part.position }) + inWords(part, answer[part.position])).join(" ");
  if (item.kind === "match") return Object.entries(answer).map((pair) => pair.join("—")).join(several) || say("nothing");
  if (Array.isArray(answer)) return answer.filter(Boolean).join(several) || say("nothing");
  const text = Array.from(String(answer));
  return text.length > LONG ? say("long_text", { text: text.slice(0, LONG).join(""), n: text.length }) : String(answer);
}
