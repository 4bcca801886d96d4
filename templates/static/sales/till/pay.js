// till/pay.js: taking the money.
//
// A sale is booked in one act under a key that is stored before it is sent: an answer that was lost is
// asked for again with the same key, and the same sale comes back. A receipt is shown only from an answer.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, SCALE, minor, decimal, shown, told, problem, Refused, Unreached } = till;
  const dialog = $("pay-dialog");
  const tender = (name) => root.querySelector(`#tender-${name}`);
  const OTHERS = { card: "card", transfer: "transfer", account: "account", credit: "store_credit" };
  const NAMES = Object.keys(OTHERS);

  const others = () => NAMES.reduce((sum, name) => sum + (minor(tender(name).value) || 0), 0);
  const cashDue = () => Math.max(0, till.due() - others());
  const tell = () => {
    const given = minor(tender("cash").value) || 0;
    const left = cashDue() - given;
    $("change-word").textContent = left > 0 ? text("more") : text("change");
    $("change").textContent = shown(Math.abs(left));
  };
  const quickNotes = () => {
    const due = till.due();
    const notes = [5, 10, 20, 50, 100, 200].map((note) => note * SCALE);
    const sums = [...new Set(notes.map((note) => Math.ceil(due / note) * note).filter((sum) => sum > due))].slice(0, 4);
    $("quick").replaceChildren(...sums.map((sum) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary";
      button.textContent = shown(sum);
      button.onclick = () => { tender("cash").value = decimal(sum); tell(); };
      return button;
    }));
  };
  // What the chosen customer may use: so much on account, so much of their credit.
  const customerTenders = () => {
    const { customer } = till.cart;
    for (const [name, left] of [["account", customer?.limit], ["credit", customer?.credit]]) {
      const there = minor(left) || 0;
      tender(name).closest(".tender").hidden = !there;
      root.querySelector(`[data-left=${name}]`).textContent = shown(there);
    }
  };
  const pay = async () => {
    if (till.locked()) return;
    if (!till.cart.lines.length) { problem(text("empty")); return; }
    problem("");
    if (!till.sums) {
      try { await till.save(); } catch (error) { if (error instanceof Unreached) problem(text("offline")); return; }
      if (!till.sums) return;
    }
    $("pay-sum").textContent = shown(till.due());
    for (const name of ["cash", ...NAMES]) tender(name).value = "";
    tender("cash").value = decimal(till.due());
    quickNotes();
    customerTenders();
    told($("pay-problem"), "");
    $("pay-holds").replaceChildren();
    tell();
    dialog.showModal();
    tender("cash").select();
  };
  dialog.addEventListener("input", (event) => {
    if (NAMES.includes(event.target.name)) tender("cash").value = cashDue() ? decimal(cashDue()) : "";
    tell();
  });
  dialog.addEventListener("click", (event) => {
    const name = event.target.closest("[data-rest]")?.dataset.rest;
    if (!name) return;
    tender("cash").value = "";
    tender(name).value = "";
    const most = { account: till.cart.customer?.limit, credit: till.cart.customer?.credit }[name];
    tender(name).value = decimal(most === undefined ? cashDue() : Math.min(cashDue(), minor(most) || 0));
    if (cashDue()) tender("cash").value = decimal(cashDue());
    tell();
  });

  const payments = () => {
    const rows = NAMES.filter((name) => minor(tender(name).value)).map((name) => ({ method: OTHERS[name], amount: decimal(minor(tender(name).value)) }));
    if (cashDue() > 0) rows.push({ method: "cash", tendered: decimal(minor(tender("cash").value) || 0) });
    return rows;
  };

  let booking = false;
  const forget = () => { till.cart.key = null; till.cart.payments = null; till.keep(); };
  $("pay-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (booking) return;
    booking = true;
    const confirm = $("confirm");
    confirm.setAttribute("aria-busy", "true");
    try {
      // The key is stored before anything is sent, with the very payments it stands for.
      if (!till.cart.key) { till.cart.key = crypto.randomUUID(); till.cart.payments = payments(); till.keep(); }
      await book();
    } catch (error) {
      if (error instanceof Refused) { forget(); till.offerHolds?.(error, $("pay-holds")); }
      told($("pay-problem"), error instanceof Refused ? error.message : text("unsure"));
    } finally {
      booking = false;
      confirm.removeAttribute("aria-busy");
    }
  });
  const book = async () => {
    const { cart } = till;
    done(await till.ask("POST", `/api/v1/sales/${cart.saleId}/complete`, { payments: cart.payments }, { "Idempotency-Key": cart.key }));
  };
  const done = (sale) => {
    const { customer } = till.cart;
    till.begin({});
    dialog.close();
    till.sold(sale, customer);
  };
  $("pay").addEventListener("click", pay);

  // A sale that was sent and never answered: ask again, with its key.
  const recover = async () => {
    const { cart } = till;
    if (!cart.key || !cart.saleId || !cart.payments || booking) return;
    booking = true;
    try { await book(); } catch (error) {
      if (error instanceof Refused) { forget(); problem(error.message); } else problem(text("unsure"));
    } finally { booking = false; }
  };

  Object.assign(till, { pay, recover });
})();
