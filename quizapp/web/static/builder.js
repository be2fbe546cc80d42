// Rows and groups come and go without losing one's place; without this module the same buttons reload the page.
const form = () => document.getElementById("builder");

async function press(button) {
  const fields = new URLSearchParams(new FormData(form()));
  fields.set(button.name, button.value);
  const reply = await fetch(form().action, { method: "POST", body: fields, headers: { Accept: "text/html" } }).catch(() => null);
  const page = reply && !reply.redirected && reply.ok ? new DOMParser().parseFromString(await reply.text(), "text/html") : null;
  const fresh = page && page.getElementById("builder");
  if (!fresh) return false;
  form().replaceWith(document.adoptNode(fresh));
  showStep();
  const place = document.getElementById(button.dataset.stay);
  const first = place && place.querySelector("input:not([type=hidden]), select, textarea, button");
  if (first) first.focus({ preventScroll: true });
  if (place) place.scrollIntoView({ block: "nearest" });
  return true;
}

// On a phone the steps are one line that scrolls.
function showStep() {
  const step = document.querySelector(".b-steps [aria-current]");
  const line = document.querySelector(".b-steps");
  line.scrollLeft = step.offsetLeft - line.offsetLeft - (line.clientWidth - step.clientWidth) / 2;
}

showStep();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-stay]");
  if (!button || button.dataset.late) return;
  event.preventDefault();
  if (!(await press(button))) {
    button.dataset.late = "yes";
    button.click();
  }
});
