// Answers on their way to the server. One save in flight; what is not acknowledged stays on the device; the same key until a reply is known.
import { call, newKey, NoReply, renewToken } from "./api.js";
import { backOff } from "./back_off.js";

// An answer as it is compared: the order of names in an object and parts that say nothing do not matter.
function plain(answer) {
  if (answer === undefined || answer === null) return "";
  if (typeof answer === "string") return answer.trim();
  if (typeof answer !== "object") return answer;
  if (Array.isArray(answer)) {
    const parts = answer.map(plain);
    return parts.every((part) => part === "") ? "" : parts;
  }
  const parts = Object.keys(answer).sort().map((name) => [name, plain(answer[name])]).filter(([, part]) => part !== "");
  return parts.length ? parts : "";
}

export const same = (a, b) => JSON.stringify(plain(a)) === JSON.stringify(plain(b));
export const isEmpty = (answer) => plain(answer) === "";

export class Queue {
  constructor(sitting, local, pageUrl, listener) {
    this.url = `/api/v1/sittings/${sitting.id}`;
    this.pageUrl = pageUrl;
    this.local = local;
    this.listener = listener; // changed(), settled(), late(count), done(body)
    this.revision = sitting.revision;
    this.base = Object.assign({}, sitting.answers); // what the server is known to hold
    this.pending = {}; // position: {answer, was: held when it was made, sent: last tried, stamp}
    this.conflicts = {}; // position: {mine, stored}
    this.flight = null;
    this.handInKey = null;
    this.failures = 0;
    this.stamp = 0;
    this.holdUntil = 0;
    this.state = "saved"; // saved saving offline busy failed signed_out done
  }

  async load() {
    const left = await this.local.adopt();
    left.sort((a, b) => a[1].at - b[1].at);
    const before = this.stamp; // what was answered on this page already is newer than anything left behind
    for (const [, record] of left) {
      for (const [position, entry] of Object.entries(record.pending)) {
        const older = this.pending[position];
        if (!older || older.stamp > before) this.pending[position] = Object.assign(entry, { stamp: ++this.stamp });
      }
      Object.assign(this.conflicts, record.conflicts);
      this.handInKey = this.handInKey || record.handInKey;
      if (record.flight && record.flight.revision === this.revision) this.flight = this.reborn(record.flight);
    }
    if (this.flight) this.listener.settled();
    else this.settle(this.base);
    await this.keep();
    await this.local.forget(left.map(([name]) => name));
    this.pump();
  }

  // A save whose page died: sent again as it was, under its key.
  reborn(flight) {
    const stamps = {};
    for (const position of Object.keys(flight.answers)) {
      const entry = this.pending[position];
      if (entry && same(entry.answer, flight.answers[position])) stamps[position] = entry.stamp;
    }
    return Object.assign(flight, { stamps });
  }

  keep() {
    const idle = !this.unsent() && !Object.keys(this.conflicts).length && !this.handInKey;
    const { pending, conflicts, flight, handInKey } = this;
    return this.local.save(idle ? null : { at: Date.now(), pending, conflicts, flight, handInKey });
  }

  answer(position) {
    const entry = this.pending[position];
    return entry ? entry.answer : this.base[position];
  }

  unsent() {
    return Object.keys(this.pending).length;
  }

  put(position, answer, delay) {
    const before = this.pending[position];
    const conflict = this.conflicts[position];
    if (!before && !conflict && same(answer, this.base[position])) return;
    delete this.conflicts[position];
    this.pending[position] = { answer, was: before ? before.was : this.base[position], sent: before ? before.sent : undefined, stamp: ++this.stamp };
    this.keep();
    if (this.state === "saved") this.show("saving");
    else this.listener.changed();
    this.soon(delay);
  }

  keepStored(position) {
    delete this.conflicts[position];
    this.keep();
    this.listener.changed();
  }

  handIn() {
    this.handInKey = this.handInKey || newKey();
    this.keep();
    this.show("saving");
    this.pump();
  }

  soon(delay) {
    if (this.waiting) return; // a back-off is running: it must not be cut short by typing
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), delay || 0);
  }

  // From outside: the network is back, the page is being left, somebody tapped 重试.
  flush() {
    if (performance.now() < this.holdUntil) return;
    this.waiting = false;
    this.pump();
  }

  next() {
    if (this.flight) return this.flight;
    if (!this.unsent() && !this.handInKey) return null;
    const answers = {};
    const stamps = {};
    for (const [position, entry] of Object.entries(this.pending)) {
      answers[position] = entry.answer;
      stamps[position] = entry.stamp;
      entry.sent = entry.answer;
    }
    return { handIn: Boolean(this.handInKey), key: this.handInKey || newKey(), revision: this.revision, answers, stamps };
  }

  async pump() {
    if (this.inFlight || this.waiting || this.state === "done" || this.state === "signed_out") return;
    clearTimeout(this.timer);
    this.flight = this.next();
    if (!this.flight) {
      this.show("saved");
      return;
    }
    this.inFlight = true;
    if (this.state === "saved" || this.state === "failed") this.show("saving");
    this.keep();
    const again = await this.send(this.flight);
    this.inFlight = false;
    if (again) this.pump();
  }

  async send(flight) {
    const body = { revision: flight.revision, key: flight.key };
    if (!flight.handIn || Object.keys(flight.answers).length) body.answers = flight.answers;
    try {
      const reply = await (flight.handIn ? call("POST", `${this.url}/submission`, body) : call("PATCH", `${this.url}/answers`, body));
      return await this.receive(flight, reply);
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      return this.wait("offline", 0);
    }
  }

  receive(flight, reply) {
    if (reply.status >= 200 && reply.status < 300) return this.acknowledged(flight, reply);
    if (reply.status === 409) return this.conflicted(flight, reply.body);
    if (reply.status === 401 || reply.status === 404) return this.show("signed_out");
    if (reply.status === 429 || reply.status >= 500) return this.wait("busy", reply.retryAfter);
    return this.refused(flight);
  }

  acknowledged(flight, reply) {
    this.failures = 0;
    if (flight.handIn) return this.finish(reply.body);
    this.revision = reply.body.revision;
    for (const [position, answer] of Object.entries(flight.answers)) {
      const entry = this.pending[position];
      this.base[position] = answer;
      if (entry && entry.stamp === flight.stamps[position]) delete this.pending[position];
      else if (entry) entry.was = answer;
    }
    this.flight = null;
    this.keep();
    this.listener.heard(reply);
    if (!this.unsent() && !this.handInKey) this.show("saved");
    return true;
  }

  conflicted(flight, body) {
    if (!body.answers || (body.state && body.state !== "open")) return this.ended(flight, body);
    this.revision = body.revision;
    this.flight = null;
    this.settle(body.answers);
    this.keep();
    this.failures += 1;
    return this.failures > 5 ? this.wait("busy", 0) : true;
  }

  // Take what the server holds; keep ours where nobody else has touched the item; where somebody has, theirs stands until the person decides.
  settle(answers) {
    this.base = Object.assign({}, answers);
    for (const [position, entry] of Object.entries(this.pending)) {
      const stored = answers[position];
      const ours = same(stored, entry.answer);
      if (!ours && (same(stored, entry.was) || same(stored, entry.sent))) continue;
      delete this.pending[position];
      if (!ours) this.conflicts[position] = { mine: entry.answer, stored };
    }
    for (const [position, conflict] of Object.entries(this.conflicts)) {
      conflict.stored = answers[position];
      if (same(conflict.mine, conflict.stored)) delete this.conflicts[position];
    }
    this.listener.settled();
  }

  // Handed in elsewhere, or the time is over: what we sent has been delivered and is kept there as late.
  ended(flight, body) {
    this.listener.late(Object.keys(flight.answers).length);
    return this.finish(body);
  }

  finish(body) {
    this.flight = null;
    this.pending = {};
    this.show("done");
    this.local.wipe().then(() => this.listener.done(body));
    return false;
  }

  async refused(flight) {
    if (!flight.renewed) {
      flight.renewed = true;
      const renewed = await renewToken(this.pageUrl).catch(() => false);
      if (renewed) return true;
    }
    flight.renewed = false;
    this.show("failed");
    return false;
  }

  async signedIn() {
    await renewToken(this.pageUrl).catch(() => false);
    this.show("saving");
    this.pump();
  }

  wait(state, retryAfter) {
    const delay = backOff(this.failures, retryAfter);
    this.failures += 1;
    this.holdUntil = retryAfter ? performance.now() + delay : 0;
    this.waiting = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.waiting = false;
      this.pump();
    }, delay);
    this.show(state);
    return false;
  }

  show(state) {
    this.state = state;
    this.listener.changed();
    return false;
  }
}
