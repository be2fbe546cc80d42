// What this device keeps of a sitting until the server has it. Each open page writes a record of its own, so that two tabs never overwrite one another.
import { clear, createStore, del, delMany, entries, get, keys, set } from "./vendor/idb-keyval-6.3.0/index.js";
import { newKey } from "./api.js";

const store = createStore("quizapp", "sittings");
const page = newKey();
const prefix = (id) => `sitting:${id}:`;

export class Local {
  constructor(id) {
    this.id = id;
    this.works = true; // false in private windows: then nothing outlives the page, and the words must say so
    this.wiped = false;
  }

  async attempt(action, otherwise) {
    try {
      return await action();
    } catch (refused) {
      this.works = false;
      return otherwise;
    }
  }

  // Records left by pages that were closed or died before their answers arrived.
  async adopt() {
    const all = await this.attempt(() => entries(store), []);
    return all.filter(([key]) => String(key).startsWith(prefix(this.id)) && key !== prefix(this.id) + page);
  }

  async forget(names) {
    await this.attempt(() => delMany(names, store));
  }

  async save(record) {
    if (this.wiped) return;
    const name = prefix(this.id) + page;
    await this.attempt(() => (record ? set(name, record, store) : del(name, store)));
    if (this.wiped) await this.wipe(); // the hand-in was acknowledged while this was being written
  }

  async marks() {
    return (await this.attempt(() => get(`marks:${this.id}`, store), null)) || null;
  }

  async saveMarks(marks) {
    if (!this.wiped) await this.attempt(() => set(`marks:${this.id}`, marks, store));
  }

  async wipe() {
    this.wiped = true;
    await this.attempt(async () => {
      const names = await keys(store);
      await delMany(names.filter((name) => String(name).startsWith(prefix(this.id)) || name === `marks:${this.id}`), store);
    });
  }
}

// For the next person at the same device: nothing of anybody stays.
export async function wipeDevice() {
  try {
    await clear(store);
  } catch (refused) { /* nothing could be kept either */ }
  try {
    window.localStorage.clear();
    window.sessionStorage.clear();
  } catch (refused) { /* the same */ }
}
