// past.js: a scan on the pages of past sales. A receipt opens its sale; anything else is searched.
//
//   form[data-sales-search]   a scanned code is asked of the server as ?scan=; it answers with the page
//                             of the receipt, or with the list of sales in which the part was sold

(() => {
  "use strict";

  document.addEventListener("clutch:scan", (event) => {
    const form = document.querySelector("[data-sales-search]");
    if (!form) return;
    const code = event.detail.code;
    const receipt = /\/receipt\/[\w-]{20,}/.test(code);
    const field = form.querySelector("[name=q]");
    if (!receipt) field.value = code;
    window.htmx.ajax("GET", form.action, {
      source: form, target: "#sales", swap: "outerHTML", values: { scan: code, q: receipt ? "" : code },
    });
  });
})();
