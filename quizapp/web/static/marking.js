// Where the points stand beside the text they are typed at once; Ctrl+Enter records from the note too.
const form = document.getElementById("marking");
if (matchMedia("(min-width: 64em)").matches) {
  (form.querySelector("[aria-invalid]") || form.querySelector(".field-points .input")).focus({ preventScroll: true });
}
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.querySelector("button[value=next]").click();
});
