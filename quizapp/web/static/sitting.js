// A sitting under a paper clock: all items from the data block, pages without reload, answers through the queue.
import { Clock, Countdown, minutesAndSeconds, SOON_MS } from "./clock.js";
import { HandIn, Over } from "./hand_in.js";
import { drawItem, inWords, readItem } from "./item_view.js";
import { Local } from "./local.js";
import { isEmpty, Queue, same } from "./queue.js";
import { Sheet } from "./sheet.js";
import { SignIn } from "./sign_in.js";
import { empty, make, pageData, say } from "./words.js";

const TYPING_MS = 800;
const TICKING_MS = 400;
const DELAYS = { blank: TYPING_MS, numeric: TYPING_MS, essay: TYPING_MS, case: TYPING_MS, multiple: TICKING_MS, order: TICKING_MS, match: TICKING_MS, hotspot: TICKING_MS };
const byId = (id) => document.getElementById(id);

class Page {
  constructor(sitting, page) {
    this.sitting = sitting;
    this.at = page.at;
    this.field = byId("item");
    this.resultUrl = `/s/${sitting.id}/result`;
    this.local = new Local(sitting.id);
    this.marks = new Set(page.marked);
    this.queue = new Queue(sitting, this.local, `/s/${sitting.id}`, {
      changed: () => this.changed(),
      settled: () => this.refresh(),
      heard: (reply) => this.heard(reply),
      late: (count) => { this.lateCount = count; },
      done: (body) => this.done(body),
    });
    this.clock = new Clock(page.server_time);
    this.signIn = new SignIn(page, () => this.queue.signedIn());
    this.sheet = new Sheet((position) => this.go(position));
    this.handIn = new HandIn(this.queue, this.signIn);
  }

  async start() {
    this.takeOver();
    this.listen();
    const kept = await this.local.marks();
    if (kept) this.marks = new Set(kept);
    byId("main").classList.add("has-panel");
    byId("panel").hidden = false;
    this.draw();
    this.startClock();
    await this.queue.load();
    if (this.queue.handInKey) this.handIn.show();
  }

  // What was tapped on the server's form before this module had arrived.
  takeOver() {
    const item = this.item();
    const tapped = readItem(this.field, item);
    if (!isEmpty(tapped)) this.queue.put(item.position, tapped, 0);
  }

  startClock() {
    const timer = byId("timer");
    const figure = make("b");
    timer.setAttribute("role", "timer");
    empty(timer).append(`${say("left")} `, figure);
    this.countdown = new Countdown(this.clock, Date.parse(this.sitting.deadline), {
      show: (left) => {
        figure.textContent = minutesAndSeconds(left);
        timer.classList.toggle("timer-soon", left <= SOON_MS);
      },
      announce: (n) => { byId("announce").textContent = say("minutes_left", { n }); },
      over: () => window.setTimeout(() => this.over.begin((locked) => this.lock(locked))),
    });
    this.over = new Over(this.queue, this.countdown, this.signIn);
  }

  listen() {
    this.field.addEventListener("input", () => this.answered());
    byId("answer-form").addEventListener("submit", (event) => event.preventDefault());
    byId("answer-form").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      if (this.item().kind !== "case") this.forward();
    });
    const press = (id, action) => byId(id).addEventListener("click", (event) => { event.preventDefault(); action(); });
    press("previous", () => this.go(this.at - 1));
    press("next", () => this.forward());
    press("mark", () => this.mark());
    press("open-sheet", () => byId("sheet-dialog").showModal());
    document.querySelectorAll("[data-close]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
    document.querySelectorAll("[data-hand-in]").forEach((button) => button.addEventListener("click", () => this.ask()));
    window.addEventListener("online", () => window.setTimeout(() => this.queue.flush(), Math.random() * 1000));
    window.addEventListener("pagehide", () => this.queue.flush());
    document.addEventListener("visibilitychange", () => this.queue.flush());
  }

  item() {
    return this.sitting.items[this.at - 1];
  }

  states() {
    return this.sitting.items.map((item) => ({ position: item.position, answered: this.isDone(item), marked: this.marks.has(item.position) }));
  }

  // A case counts as one, once each of its own items is answered.
  isDone({ position, items }) {
    const answer = this.queue.answer(position);
    return items ? items.every((own) => !isEmpty((answer || {})[own.position])) : !isEmpty(answer);
  }

  answered() {
    const item = this.item();
    this.queue.put(item.position, readItem(this.field, item), DELAYS[item.kind] || 0);
    this.drawStates();
    this.drawConflict();
  }

  forward() {
    if (this.at === this.sitting.total) this.ask();
    else this.go(this.at + 1);
  }

  go(position) {
    this.at = Math.min(Math.max(1, position), this.sitting.total);
    this.queue.soon(0);
    window.history.replaceState(null, "", `?at=${this.at}`);
    this.draw();
    window.scrollTo(0, 0);
    byId("at").focus({ preventScroll: true });
  }

  mark() {
    const { position } = this.item();
    if (!this.marks.delete(position)) this.marks.add(position);
    this.local.saveMarks(Array.from(this.marks));
    this.drawStates();
  }

  ask() {
    const open = byId("sheet-dialog");
    if (open.open) open.close();
    this.handIn.ask(this.states().filter((state) => !state.answered).map((state) => state.position), this.sitting.total);
  }

  draw() {
    const item = this.item();
    drawItem(this.field, item, this.queue.answer(item.position));
    const heading = byId("at");
    const small = make("small", "", `/ ${this.sitting.total}${this.sitting.practice ? ` · ${say("practice")}` : ""}`);
    empty(heading).append(String(this.at), " ", small);
    heading.setAttribute("aria-label", say("at_of", { n: this.at, total: this.sitting.total }));
    document.title = document.title.replace(/^.*? · /, `${say("at", { n: this.at })} · `);
    byId("previous").disabled = this.at === 1;
    byId("next").textContent = this.at === this.sitting.total ? say("hand_in") : say("next");
    this.field.disabled = Boolean(this.locked);
    this.drawAround();
  }

  drawAround() {
    this.drawStates();
    this.drawConflict();
    this.changed();
  }

  // The item is made anew only if its answer is another one: whoever is typing keeps the field, whoever drags a line keeps the line.
  refresh() {
    const item = this.item();
    const shown = readItem(this.field, item);
    if (same(shown, this.queue.answer(item.position)) || this.field.querySelector(".dragged")) this.drawAround();
    else this.draw();
  }

  drawStates() {
    const states = this.states();
    byId("mark").setAttribute("aria-pressed", String(this.marks.has(this.item().position)));
    this.sheet.draw(states, this.at);
    Array.from(byId("segments").children, (segment, index) => {
      segment.className = `${states[index].answered ? "on" : ""}${index + 1 === this.at ? " here" : ""}`;
    });
  }

  drawConflict() {
    const item = this.item();
    const place = empty(byId("conflict"));
    const conflict = this.queue.conflicts[item.position];
    place.hidden = !conflict;
    if (!conflict) return;
    const values = { stored: inWords(item, conflict.stored), mine: inWords(item, conflict.mine) };
    const button = (word, action) => {
      const made = make("button", "weui-btn weui-btn_default", say(word, values));
      made.type = "button";
      made.addEventListener("click", () => { action(); this.draw(); });
      return made;
    };
    const body = make("div", "notice-bd", make("p", "", say("conflict", values)), make("div", "actions actions-2",
      button("keep_stored", () => this.queue.keepStored(item.position)),
      button("use_mine", () => this.queue.put(item.position, conflict.mine, 0))));
    place.append(make("div", "notice notice-warn", body));
  }

  // The save line: one fixed place, quiet when all is well.
  changed() {
    const { state, conflicts } = this.queue;
    const elsewhere = Object.keys(conflicts).map(Number).filter((position) => position !== this.item().position);
    const line = {
      saved: ["saved", ""],
      done: ["saved", ""],
      saving: ["saving", ""],
      offline: [this.local.works ? "offline" : "offline_memory", "save-waiting"],
      busy: ["busy", "save-waiting"],
      failed: ["failed", "save-failed", () => this.queue.flush()],
      signed_out: ["signed_out", "save-failed", () => this.signIn.open()],
    }[state];
    const asked = state === "saved" && elsewhere.length > 0;
    if (asked) this.drawLine(say("conflict_line", { n: elsewhere[0] }), "save-waiting", () => this.go(elsewhere[0]));
    else this.drawLine(this.anything() ? say(line[0]) : "", line[1], line[2]);
    this.handIn.show();
    if (this.over) this.over.show();
  }

  anything() {
    return this.queue.state !== "saved" || this.sitting.items.some(({ position }) => !isEmpty(this.queue.answer(position)));
  }

  drawLine(words, className, action) {
    const place = byId("save-line");
    if (place.textContent === words) return;
    place.className = `save-line ${className}`;
    if (!action) {
      place.textContent = words;
      return;
    }
    const button = make("button", "", words);
    button.type = "button";
    button.addEventListener("click", action);
    empty(place).append(button);
  }

  heard(reply) {
    this.clock.learn(Date.parse(reply.body.saved_at), reply.sentAt, reply.gotAt);
    if (reply.body.deadline && this.countdown) this.countdown.deadline = Date.parse(reply.body.deadline);
  }

  lock(locked) {
    this.locked = locked;
    this.field.disabled = locked;
  }

  // What arrived too late or elsewhere is said before the result opens.
  done() {
    this.lock(true);
    const late = this.lateCount;
    if (!this.over.active && !late) {
      window.location.replace(this.resultUrl);
      return;
    }
    if (!this.over.active) byId("over-title").textContent = say("handed_in");
    const word = !this.over.active ? "already" : late ? "over_late" : "over_done";
    this.over.words.textContent = say(word, { n: late });
    if (!this.over.dialog.open) this.over.dialog.showModal();
    window.setTimeout(() => window.location.replace(this.resultUrl), late ? 4000 : 1500);
  }
}

// Without dialogs (phones older than the floor) the server's own pages do the same work.
if (typeof HTMLDialogElement === "function" && HTMLDialogElement.prototype.showModal) {
  new Page(pageData("sitting-data"), pageData("sitting-page")).start();
}
