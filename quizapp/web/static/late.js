// On the result page: answers this phone still held when the time ended are delivered as late, then wiped.
import { Local } from "./local.js";
import { Queue } from "./queue.js";

const id = window.location.pathname.split("/")[2]; // /s/ID/result

async function deliver() {
  const local = new Local(id);
  const left = await local.adopt();
  if (!left.some(([, record]) => Object.keys(record.pending).length)) {
    await local.wipe();
    return;
  }
  const nothing = () => undefined;
  const late = (count) => { document.getElementById("late-note").hidden = count === 0; };
  const queue = new Queue({ id, revision: left[0][1].flight ? left[0][1].flight.revision : 0, answers: {} }, local, window.location.pathname, { changed: nothing, settled: nothing, heard: nothing, done: nothing, late });
  queue.settle = nothing; // the sitting is closed: nothing to compare, only to hand over
  window.addEventListener("online", () => queue.flush());
  await queue.load();
}

deliver();
