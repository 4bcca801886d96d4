// imports.js: a file that is dropped into its frame is the file of the form. Without it, the button does.

(() => {
  "use strict";

  const frameOf = (event) => event.target.closest?.("[data-file-drop]");

  for (const type of ["dragenter", "dragover"])
    document.addEventListener(type, (event) => {
      const frame = frameOf(event);
      if (!frame) return;
      event.preventDefault();
      frame.classList.add("over");
    });
  document.addEventListener("dragleave", (event) => {
    const frame = frameOf(event);
    if (frame && !frame.contains(event.relatedTarget)) frame.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const frame = frameOf(event);
    if (!frame) return;
    event.preventDefault();
    frame.classList.remove("over");
    const input = frame.querySelector("input[type=file]");
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
})();
