// labels.js: the list of labels to print. A scan adds a row, the same scan again makes one more.

(() => {
  "use strict";

  const rows = () => document.getElementById("label-rows");

  const sum = () => {
    const inputs = [...rows().querySelectorAll("input[type=number]")];
    const count = inputs.reduce((all, input) => all + (parseInt(input.value, 10) || 0), 0);
    const said = document.querySelector("[data-label-total]");
    said.textContent = said.dataset.text.replace("{n}", count);
    document.querySelector("[data-labels] button.btn-primary").disabled = count === 0;
    const single = document.getElementById("sheet").selectedOptions[0].dataset.places === "1";
    document.querySelector("[data-skip]").hidden = single;
  };

  const merge = () => {
    const seen = new Map();
    for (const row of rows().querySelectorAll("[data-label-row]")) {
      const first = seen.get(row.dataset.labelRow);
      if (!first) { seen.set(row.dataset.labelRow, row); continue; }
      const [old, more] = [first, row].map((one) => one.querySelector("input"));
      old.value = Math.min(1000, (parseInt(old.value, 10) || 0) + (parseInt(more.value, 10) || 1));
      row.remove();
    }
    sum();
  };

  document.addEventListener("clutch:scan", (event) => {
    const form = document.querySelector("[data-label-add]");
    form.querySelector("[name=code]").value = event.detail.code;
    form.requestSubmit();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "label-rows") return;
    const field = document.getElementById("code");
    field.value = "";
    merge();
  });
  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove-row]");
    if (remove) { remove.closest("li").remove(); sum(); document.getElementById("code").focus(); }
  });
  document.addEventListener("input", (event) => { if (event.target.closest("[data-labels]")) sum(); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", sum);
  else sum();
})();
