// shops.js: search among makes, share a link, take a vehicle from its VIN. All of it works without.
//
//   <fieldset data-makes>        a search box over the check boxes in it, and their count
//   <button data-share="url" data-share-title="…" hidden>   shown where the device can share
//   <form data-vehicle-form>     [data-fill-make] in it fills make, model and year

(() => {
  "use strict";

  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
    .replace(/[أإآ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه").replace(/[^\p{L}\p{N}]+/gu, "");

  const makes = document.querySelector("[data-makes]");
  if (makes) {
    const box = makes.querySelector("[data-makes-search]");
    const input = box.querySelector("input");
    const rows = [...makes.querySelectorAll("[data-words]")].map((row) => [row, plain(row.dataset.words)]);
    const none = makes.querySelector("[data-makes-none]");
    const count = makes.querySelector("[data-makes-count]");
    box.hidden = false;
    const filter = () => {
      const wanted = plain(input.value);
      let shown = 0;
      for (const [row, words] of rows) {
        row.hidden = !words.includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      none.hidden = shown > 0;
    };
    const tell = () => {
      const n = makes.querySelectorAll("input[type=checkbox]:checked").length;
      count.textContent = n ? (n === 1 ? count.dataset.one : count.dataset.many).replace("%s", String(n)) : "";
    };
    input.addEventListener("input", filter);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // Enter ticks what is left, it does not send the form
      const left = rows.filter(([row]) => !row.hidden);
      if (left.length === 1) { left[0][0].querySelector("input").click(); input.select(); }
    });
    makes.addEventListener("change", tell);
    tell();
  }

  document.querySelectorAll("[data-share]").forEach((button) => {
    if (!navigator.share) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.share({ title: button.dataset.shareTitle, url: button.dataset.share }).catch(() => { /* closed */ });
    });
  });

  const vehicle = document.querySelector("[data-vehicle-form]");
  vehicle?.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill-make]");
    if (!fill) return;
    const put = (name, value) => {
      const field = vehicle.querySelector(`[name=${name}]`);
      if (value) { field.value = value; field.dispatchEvent(new Event("change", { bubbles: true })); }
    };
    put("make", fill.dataset.fillMake);
    put("model", fill.dataset.fillModel);
    put("year", fill.dataset.fillYear);
    vehicle.querySelector("[name=make]").focus();
  });
})();
