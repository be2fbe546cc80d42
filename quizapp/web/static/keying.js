// The return key goes on to the next field, from the last one to the button; without this module Tab does.
document.querySelectorAll("form[data-keying]").forEach((form) => {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input.input, .actions button")];
    fields[fields.indexOf(event.target) + 1].focus();
  });
});
