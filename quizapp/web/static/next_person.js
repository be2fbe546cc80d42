// 下一位同学: empties this device before the server signs the person out.
import { wipeDevice } from "./local.js";

document.querySelectorAll("form[data-next-person]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    wipeDevice().then(() => form.submit());
  });
});
