// order.js: says aloud that an offer has arrived, and marks the ones that are new.

(() => {
  "use strict";

  const ids = (root) => new Set([...root.querySelectorAll("[data-quote]")].map((q) => q.dataset.quote));
  let before = ids(document);

  document.addEventListener("htmx:afterSettle", (event) => {
    const body = document.getElementById("order-body");
    if (!body || event.detail.target.id === "order-state") return;
    const now = ids(body);
    const fresh = [...now].filter((id) => !before.has(id));
    before = now;
    if (!fresh.length) return;
    body.querySelectorAll("[data-quote]").forEach((q) => { if (fresh.includes(q.dataset.quote)) q.classList.add("fresh"); });
    const said = document.querySelector("[data-said]");
    const badge = document.querySelector("#order-state .status");
    if (said && badge) said.textContent = badge.textContent.trim();
  });
})();
