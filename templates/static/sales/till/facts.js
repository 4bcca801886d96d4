// till/facts.js: what the shop knows of each line: stock, bins, fit, what else would do, what is held.
//
// One fragment for the whole cart, asked for when a part, a quantity or the vehicle has changed. Without
// a network the cart shows what it knew last.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text } = till;
  const MOST = 60; // parts in one question, so that its address stays short

  const known = new Map();
  let shown = "";
  let timer;

  const question = () => {
    const units = new Map();
    for (const line of till.cart.lines) units.set(line.partId, (units.get(line.partId) || 0) + line.quantity);
    const { vehicle } = till.cart;
    const of = vehicle ? [["make", vehicle.make], ["model", vehicle.model || ""], ["year", vehicle.year || ""]] : [];
    return [[...units].filter(([id]) => id).map(([id, count]) => ["part", `${id}:${count}`]), of];
  };
  const ask = async () => {
    const [parts, of] = question();
    const asked = JSON.stringify([parts, of]);
    try {
      for (let at = 0; at < parts.length; at += MOST) {
        const box = await till.fragment(root.dataset.factsUrl, [...parts.slice(at, at + MOST), ...of]);
        for (const facts of box.querySelectorAll("[data-facts]")) known.set(facts.dataset.facts, facts.innerHTML);
      }
    } catch { return; }
    shown = asked;
    for (const row of $("lines").children) fill(row, till.cart.lines[row.dataset.index]);
  };
  const fill = (row, line) => {
    if (!line) return;
    const slot = row.querySelector("[data-slot=facts]");
    slot.innerHTML = known.get(line.partId) || "";
    // With a deposit for the old part: whether it is handed over at once.
    row.querySelector("[data-core]").hidden = !slot.querySelector("[data-has-core]");
    row.querySelector("[data-old-part]").checked = Boolean(line.oldPart);
  };
  till.onRow.push(fill);
  till.onDraw.push(() => {
    clearTimeout(timer);
    if (till.cart.lines.length && JSON.stringify(question()) !== shown) timer = setTimeout(ask, 150);
  });

  // --- what quotes hold ---

  const take = async (button) => {
    button.disabled = true;
    const { takeHold, units } = button.dataset;
    try {
      await till.ask("POST", `/api/v1/stock-holds/${takeHold}/take`, { quantity: Number(units) }, till.newKey());
      window.clutchToast?.(text("taken"));
      return true;
    } catch (error) {
      till.problem(error instanceof till.Refused ? error.message : text("offline"));
      return false;
    } finally { await ask(); }
  };
  $("lines").addEventListener("click", (event) => {
    const hold = event.target.closest("[data-take-hold]");
    if (hold) take(hold);
    const other = event.target.closest("[data-look]");
    if (other) { till.field.value = other.dataset.look; till.find(other.dataset.look, true); }
  });
  // A sale that was refused because quotes hold its units: the same button beside each.
  till.offerHolds = (error, box) => {
    box.replaceChildren(...(error.code === "held_by_quote" ? error.body.holds : []).map((hold) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary mb-2";
      button.textContent = `${text("take")} ${hold.partName} × ${hold.quantity} (${hold.documentNumber})`;
      const units = till.cart.lines.reduce((sum, line) => sum + (line.partId === hold.partId ? line.quantity : 0), 0);
      Object.assign(button.dataset, { takeHold: hold.holdId, units: units || hold.quantity });
      button.addEventListener("click", async () => { if (await take(button)) button.remove(); $("confirm").focus(); });
      return button;
    }));
  };
})();
