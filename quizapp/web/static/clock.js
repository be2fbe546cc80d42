// The server's time, from the page itself and from every reply; the phone's own clock is never trusted.
import { call } from "./api.js";

const JUMP_MS = 2000;
const STALE_MS = 5 * 60 * 1000;

export class Clock {
  constructor(serverMs) {
    const page = performance.getEntriesByType("navigation")[0];
    const known = page && page.responseStart;
    this.offset = serverMs - (known ? (page.requestStart + page.responseStart) / 2 : performance.now());
    this.trip = known ? page.responseStart - page.requestStart : STALE_MS;
    this.learnt = performance.now();
    this.wall = Date.now() - performance.now();
  }

  now() {
    return this.offset + performance.now();
  }

  learn(serverMs, sentAt, gotAt) {
    const trip = gotAt - sentAt;
    if (!(trip <= this.trip * 1.5 || gotAt - this.learnt > STALE_MS)) return;
    this.offset = serverMs - (sentAt + gotAt) / 2;
    this.trip = trip;
    this.learnt = gotAt;
  }

  // performance.now() stands still in some phones' sleep; the wall clock tells that something happened, the server tells the time.
  jumped() {
    const wall = Date.now() - performance.now();
    const jump = Math.abs(wall - this.wall) > JUMP_MS;
    this.wall = wall;
    return jump;
  }

  async sync() {
    this.wall = Date.now() - performance.now();
    try {
      const reply = await call("GET", "/api/v1/time");
      if (reply.status !== 200) return;
      this.trip = STALE_MS;
      this.learn(Date.parse(reply.body.server_time), reply.sentAt, reply.gotAt);
    } catch (unreachable) { /* the old offset stands */ }
  }
}

export const SOON_MS = 5 * 60 * 1000;
const ANNOUNCED_MINUTES = [10, 5, 1];

export function minutesAndSeconds(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

// Calls show(ms left) each second, announce(minutes) when 10, 5 and 1 are reached, over() once.
export class Countdown {
  constructor(clock, deadline, { show, announce, over }) {
    Object.assign(this, { clock, deadline, show, announce, over });
    this.before = this.left();
    this.tick();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.clock.sync().then(() => this.tick());
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.clock.sync().then(() => this.tick());
    });
  }

  left() {
    return this.deadline - this.clock.now();
  }

  extend(deadline) {
    this.deadline = deadline;
    this.ended = false;
    this.before = this.left();
    this.tick();
  }

  tick() {
    clearTimeout(this.timer);
    if (this.ended) return;
    if (this.clock.jumped()) this.clock.sync().then(() => this.tick());
    const left = this.left();
    const reached = ANNOUNCED_MINUTES.filter((minutes) => this.before > minutes * 60000 && left <= minutes * 60000);
    if (reached.length && this.announce) this.announce(reached[reached.length - 1]);
    this.before = left;
    this.show(Math.max(0, left));
    if (left <= 0) {
      this.ended = true;
      this.over();
      return;
    }
    this.timer = setTimeout(() => this.tick(), Math.min(1000, left % 1000 || 1000) + 5);
  }
}
