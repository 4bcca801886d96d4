// counts.js: on the form that begins a count, a scan chooses a bin or adds a part to the list.

(() => {
  "use strict";

  document.addEventListener("clutch:scan", (event) => {
    const form = document.querySelector(".count-start");
    const { code } = event.detail;
    const bin = [...form.querySelectorAll("[data-bin-code]")].find((box) => box.dataset.binCode.toLowerCase() === code.toLowerCase());
    if (bin) {
      form.querySelector("[name=what][value=bins]").checked = true;
      bin.checked = true;
      bin.focus();
      return;
    }
    form.querySelector("[name=what][value=parts]").checked = true;
    const list = form.querySelector("[name=parts]");
    const lines = list.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(code)) lines.push(code);
    list.value = lines.join("\n");
  });
})();
