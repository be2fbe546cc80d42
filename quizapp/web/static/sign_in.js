// Signing in again without leaving the sitting: the server's own forms, shown in a dialog.
import { retryAfterMs } from "./api.js";
import { backOff } from "./back_off.js";
import { empty, make, say } from "./words.js";

export class SignIn {
  constructor(page, done) {
    this.dialog = document.getElementById("sign-in-dialog");
    this.place = document.getElementById("sign-in-form");
    this.done = done;
    this.ways = [["use_code", page.reopen_url], ["use_password", page.sign_in_url]];
  }

  open() {
    clearTimeout(this.timer);
    const buttons = this.ways.map(([word, url]) => {
      const button = make("button", "weui-btn weui-btn_default", say(word));
      button.type = "button";
      button.addEventListener("click", () => this.load(url));
      return button;
    });
    empty(this.place).append(make("div", "actions", ...buttons));
    if (!this.dialog.open) this.dialog.showModal();
  }

  async load(url) {
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (response && response.status < 500) this.show(url, response);
    else this.tell(say(response ? "sign_in_busy" : "offline"));
  }

  tell(words) {
    if (this.said) this.said.remove();
    this.said = make("p", "field-error", words);
    this.said.setAttribute("role", "status");
    this.place.prepend(this.said);
  }

  async show(url, response) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const form = page.querySelector("main form[method=post]");
    if (!form) {
      window.location.assign(url);
      return;
    }
    const mine = document.importNode(form, true);
    mine.addEventListener("submit", (event) => {
      event.preventDefault();
      this.failures = 0;
      this.submit(url, mine);
    });
    empty(this.place).append(mine);
    const first = mine.querySelector(".field-error, input:not([type=hidden])");
    if (first && first.focus) first.focus();
  }

  async submit(url, form) {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    const body = new FormData(form);
    const response = await fetch(form.getAttribute("action") || url, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
    this.sending = false;
    if (response && response.ok && response.redirected) {
      this.dialog.close();
      this.done();
    } else if (!response || response.status === 429 || response.status >= 500) {
      this.again(url, form, response);
    } else {
      await this.show(url, response);
      this.tell(say("sign_in_again"));
    }
  }

  // Nothing is known of what was typed: the same is sent again, as long as the dialog is open.
  again(url, form, response) {
    this.tell(say(response ? "sign_in_busy" : "offline"));
    const delay = backOff(this.failures, response ? retryAfterMs(response.headers) : 0);
    this.failures += 1;
    this.timer = setTimeout(() => this.dialog.open && this.submit(url, form), delay);
  }
}
