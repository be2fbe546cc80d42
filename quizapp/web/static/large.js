// 大字: kept on this device; runs before the page is drawn, so it is a plain script and stays tiny.
(function () {
  var root = document.documentElement;
  var KEY = "large";
  function stored() {
    try { return window.localStorage.getItem(KEY) === "1"; } catch (e) { return false; }
  }
  function apply(on) {
    if (on) root.setAttribute("data-large", ""); else root.removeAttribute("data-large");
  }
  apply(stored());
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("large");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", String(stored()));
    button.addEventListener("click", function () {
      var on = !root.hasAttribute("data-large");
      apply(on);
      button.setAttribute("aria-pressed", String(on));
      try { window.localStorage.setItem(KEY, on ? "1" : "0"); } catch (e) { /* private mode: this page only */ }
    });
  });
})();
