// till/park.js: putting a cart aside, and taking one up again.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, minor, problem, Refused } = till;
  const tell = (error) => problem(error instanceof Refused ? error.message : text("offline"));

  const count = (by) => { const badge = $("parked-count"); badge.textContent = Math.max(0, (parseInt(badge.textContent, 10) || 0) + by) || ""; };
  const park = async () => {
    if (till.locked() || !till.cart.lines.length) return;
    try {
      const sale = (await till.save()) || { saleId: till.cart.saleId };
      await till.ask("POST", `/api/v1/sales/${sale.saleId}/park`, { label: till.cart.label || till.cart.customer?.name || "" }, till.newKey());
      till.begin({});
      count(1);
      window.clutchToast?.(text("parked"));
      till.field.focus();
    } catch (error) { tell(error); }
  };
  $("park").addEventListener("click", park);
  $("show-parked").addEventListener("click", async () => {
    try {
      $("parked").replaceChildren(...(await till.fragment(root.dataset.parkedUrl)).children);
      $("parked-dialog").showModal();
    } catch { problem(text("offline")); }
  });

  const line = (row) => ({
    partId: row.partId, name: row.name, number: row.partNumber, brand: "", bin: row.bin || "", quantity: row.quantity,
    price: minor(row.unitPrice), list: minor(row.listPrice), agreed: row.unitPrice !== row.listPrice,
  });
  $("parked").addEventListener("click", async (event) => {
    const id = event.target.closest("[data-resume]")?.dataset.resume;
    if (!id) return;
    $("parked-dialog").close();
    if (till.locked()) return;
    if (till.cart.lines.length) await park();
    try {
      const sale = await till.ask("POST", `/api/v1/sales/${id}/resume`, { registerId: root.dataset.register }, till.newKey());
      till.begin({ saleId: sale.saleId, version: sale.version, label: sale.label, lines: sale.lines.map(line) }, sale);
      count(-1);
      if (sale.customerId) await till.pickById?.(sale.customerId, sale.vehicleId);
    } catch (error) { tell(error); }
  });

  till.park = park;
})();
