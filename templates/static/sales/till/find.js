// till/find.js: from a scan or a typed text to a part of the cart.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, problem, field } = till;
  const found = $("found");

  let asking = 0;
  let typing;
  const find = async (words, scanned) => {
    clearTimeout(typing);
    const mine = ++asking;
    if (!words.trim()) { found.replaceChildren(); return; }
    let box;
    try { box = await till.fragment(root.dataset.findUrl, { q: words, ...(scanned ? { scan: "1" } : {}) }); } catch { problem(text("offline")); return; }
    if ((mine !== asking && !scanned) || box.status !== 200) return;
    const rows = box.querySelectorAll("[data-take]");
    till.asked = rows.length ? "" : words;
    if (scanned && box.querySelector("[data-exact]")?.dataset.exact === "1") {
      till.add(rows[0].dataset);
      found.replaceChildren();
      return;
    }
    found.replaceChildren(...box.children);
    if (scanned) found.querySelector("[data-take]")?.focus();
  };
  const done = () => { found.replaceChildren(); field.value = ""; till.asked = ""; };

  document.addEventListener("clutch:scan", (event) => {
    if (till.open()) return;
    field.value = "";
    find(event.detail.code, true);
  });
  $("find").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    const words = field.value;
    const only = found.querySelectorAll("[data-take]");
    if (only.length === 1 && found.dataset.words === words) { till.add(only[0].dataset); done(); return; }
    find(words, true);
  });
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => { await find(field.value, false); found.dataset.words = field.value; }, 200);
  });
  found.addEventListener("click", (event) => {
    const row = event.target.closest("[data-take]");
    if (!row) return;
    till.add(row.dataset);
    done();
    field.focus();
  });
  till.arrows(found, field);
  Object.assign(till, { find, found: done, asked: "" });
})();
