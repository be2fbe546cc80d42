// Signing in again without leaving the sitting: the server's own forms, shown in a dialog.
import { empty, make, say } from "./words.js";

export class SignIn {
  constructor(page, done) {
    this.dialog = document.getElementById("sign-in-dialog");
    this.place = document.getElementById("sign-in-form");
    this.done = done;
    this.ways = [["use_code", page.reopen_url], ["use_password", page.sign_in_url]];
  }

  open() {
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
    try {
      this.show(url, await fetch(url, { credentials: "same-origin", cache: "no-store" }));
    } catch (unreachable) {
      window.location.assign(url);
    }
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
      this.submit(url, mine);
    });
    empty(this.place).append(mine);
    const first = mine.querySelector(".field-error, input:not([type=hidden])");
    if (first && first.focus) first.focus();
  }

  async submit(url, form) {
    const action = form.getAttribute("action") || url;
    try {
      const response = await fetch(action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (response.ok && response.redirected) {
        this.dialog.close();
        this.done();
      } else {
        await this.show(url, response);
        this.place.prepend(make("p", "field-error", say("sign_in_again")));
      }
    } catch (unreachable) {
      this.place.prepend(make("p", "field-error", say("offline")));
    }
  }
}
