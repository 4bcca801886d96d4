// scan.js: the scan page. A code from anywhere goes into the field and is looked up at once.

(() => {
  "use strict";

  document.addEventListener("clutch:scan", (event) => {
    const form = document.querySelector("[data-scan-form]");
    if (!form) return;
    form.querySelector("[name=code]").value = event.detail.code;
    form.requestSubmit();
  });
})();
