// till/done.js: after the sale: its receipt on paper, by e-mail or as a link; Enter serves the next one.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, minor, shown, told } = till;
  const dialog = $("done-dialog");
  const email = root.querySelector("#mail-to");
  let sale;

  till.sold = (booked, customer) => {
    sale = booked;
    $("done-number").textContent = sale.number;
    $("done-change").textContent = shown(minor(sale.change) || 0);
    $("done-total").textContent = shown(minor(sale.total));
    $("receipts").hidden = !sale.receiptUrl;
    if (sale.receiptUrl) {
      $("receipt").href = sale.receiptUrl;
      $("roll").href = `${sale.receiptUrl}/pdf?paper=80mm`;
      $("link").dataset.copy = new URL(sale.receiptUrl, location.href).href;
    }
    email.value = customer?.email || "";
    told($("mail-said"), "");
    dialog.showModal();
    $("next").focus();
  };
  $("mail").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!email.value.trim()) { email.focus(); return; }
    try {
      await till.ask("POST", `/api/v1/sales/${sale.saleId}/receipt/mail`, { email: email.value.trim() }, till.newKey());
      told($("mail-said"), text("mailed"));
      $("next").focus();
    } catch (error) {
      told($("mail-said"), error instanceof till.Refused ? error.message : text("offline"));
      email.select();
    }
  });
  dialog.addEventListener("close", () => till.field.focus());
  $("next").addEventListener("click", () => dialog.close());
})();
