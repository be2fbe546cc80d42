// A button beside a text that copies it; without this module the text is marked and copied by hand.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  const text = document.getElementById(button.dataset.copy);
  if (!text) return;
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    text.select();
    const copied = navigator.clipboard
      ? navigator.clipboard.writeText(text.value).then(() => true, () => document.execCommand("copy"))
      : Promise.resolve(document.execCommand("copy"));
    copied.then((done) => {
      if (!done) return;
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = words), 3000);
    });
  });
});
