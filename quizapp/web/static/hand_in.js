// 交卷 and the end of time: two dialogs that say where things stand until the server has answered.
import { call } from "./api.js";
import { backOff } from "./back_off.js";
import { say } from "./words.js";

const GRACE_MS = 2500;
const LOOK_EVERY_MS = 1000; // at the queue of this page, not at the server
const SPREAD_MS = 3000; // a whole hall reaches the end in the same second

export class HandIn {
  constructor(queue, signIn) {
    this.queue = queue;
    this.signIn = signIn;
    this.dialog = document.getElementById("hand-in-dialog");
    this.button = document.getElementById("hand-in");
    this.detail = document.getElementById("hand-in-detail");
    this.button.addEventListener("click", () => this.start());
    this.dialog.addEventListener("cancel", (event) => {
      if (this.queue.handInKey) event.preventDefault();
    });
  }

  ask(emptyPositions, total) {
    const count = emptyPositions.length;
    document.getElementById("hand-in-words").textContent = count ? say("ask_empty", { n: count }) : say("ask_all", { n: total });
    const conflicts = Object.keys(this.queue.conflicts).length;
    const lines = [
      count && count <= 20 ? say("ask_which", { list: emptyPositions.join(say("list_comma")) }) : "",
      conflicts ? say("ask_conflict", { n: conflicts }) : "",
      say("no_undo"),
    ];
    this.detail.textContent = lines.filter(Boolean).join(" ");
    if (!this.dialog.open) this.dialog.showModal();
  }

  start() {
    if (this.queue.state === "signed_out") {
      this.signIn.open();
      return;
    }
    this.queue.handIn();
    this.show();
  }

  // While it is under way, and as long as it is not known to have failed, there is nothing to press.
  show() {
    if (!this.queue.handInKey) return;
    const words = { offline: "hand_in_waits", busy: "hand_in_waits", failed: "hand_in_failed", signed_out: "hand_in_signed_out" };
    const failed = this.queue.state === "failed" || this.queue.state === "signed_out";
    if (!this.dialog.open) this.dialog.showModal();
    document.getElementById("hand-in-words").textContent = failed ? say("hand_in") : say("handing_in");
    this.detail.textContent = say(words[this.queue.state] || "no_undo");
    this.button.disabled = !failed;
    this.dialog.querySelector("[data-close]").hidden = true;
  }
}

export class Over {
  constructor(queue, countdown, signIn) {
    Object.assign(this, { queue, countdown, signIn });
    this.dialog = document.getElementById("over-dialog");
    this.words = document.getElementById("over-words");
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.active = false;
    this.failures = 0;
  }

  // What is still here is sent at once (the server allows a moment of grace); then the server is asked, since it may have given more time.
  begin(lock) {
    this.active = true;
    this.lock = lock;
    lock(true);
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    if (!this.dialog.open) this.dialog.showModal();
    this.queue.flush();
    this.show();
    this.timer = setTimeout(() => this.settle(), GRACE_MS + Math.random() * SPREAD_MS);
  }

  show() {
    if (!this.active || this.queue.state === "done") return;
    const away = this.queue.state !== "saved" && this.queue.state !== "saving";
    const n = this.queue.unsent();
    if (this.queue.state === "signed_out") this.signIn.open();
    this.words.textContent = away || this.unreachable ? (n ? say("over_waits", { n }) : say("over_offline")) : say("over_sending");
  }

  async settle() {
    clearTimeout(this.timer);
    if (!this.active || this.queue.state === "done") return;
    if (this.queue.unsent() || this.queue.flight) {
      this.timer = setTimeout(() => this.settle(), LOOK_EVERY_MS);
      return;
    }
    try {
      const reply = await call("GET", this.queue.url);
      this.unreachable = reply.status !== 200;
      if (reply.status === 200) this.decide(reply.body);
      else this.again(reply.retryAfter);
    } catch (noReply) {
      this.unreachable = true;
      this.again(0);
    }
    this.show();
  }

  decide(sitting) {
    this.failures = 0;
    const deadline = Date.parse(sitting.deadline);
    if (sitting.state !== "open") this.queue.finish(sitting);
    else if (deadline > this.countdown.clock.now()) this.resume(deadline);
    else this.queue.handIn();
  }

  again(retryAfter) {
    this.timer = setTimeout(() => this.settle(), backOff(this.failures, retryAfter));
    this.failures += 1;
  }

  resume(deadline) {
    this.active = false;
    this.dialog.close();
    this.lock(false);
    this.countdown.extend(deadline);
  }
}
