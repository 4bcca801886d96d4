// till/asks.js: what is not there: a lost sale is noted, or the part is ordered for the customer.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, minor, decimal, told } = till;
  const input = (name) => root.querySelector(`#${name}`);

  // What was asked for: what the search last looked for in vain or is looking for, else the chosen line.
  const wanted = () => {
    const words = till.field.value.trim() || till.asked || "";
    const line = words ? null : till.cart.lines[till.chosen];
    return { words: words || (line ? `${line.name} ${line.number}` : ""), line: line || null };
  };
  const open = (dialog, first) => {
    dialog.returnValue = "";
    dialog.showModal();
    first.focus();
    first.select?.();
  };
  // Enter sends; a refusal stays in the dialog.
  const sending = (form, problem, act) => {
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      told(problem, "");
      try { await act(); } catch (error) { told(problem, error instanceof till.Refused ? error.message : text("offline")); } finally { busy = false; }
    });
  };
  // One key for each dialog that was opened: sent twice, it is one.
  let key;

  // --- a lost sale ---

  const lostDialog = $("lost-dialog");
  let asked;
  const lose = () => {
    asked = wanted();
    key = till.newKey();
    input("lost-what").value = asked.words.slice(0, 120);
    input("lost-quantity").value = asked.line ? asked.line.quantity : 1;
    input("lost-reason").value = asked.line ? "out_of_stock" : "not_carried";
    told($("lost-problem"), "");
    open(lostDialog, input("lost-what"));
  };
  sending($("lost-form"), $("lost-problem"), async () => {
    const { customer, vehicle } = till.cart;
    const same = asked.line && asked.words.slice(0, 120) === input("lost-what").value;
    await till.ask("POST", "/api/v1/lost-sales", {
      shopId: root.dataset.shop,
      askedFor: input("lost-what").value,
      partId: same ? asked.line.partId : null,
      quantity: Number(input("lost-quantity").value) || 0,
      reason: input("lost-reason").value,
      customerId: customer?.id ?? null,
      vehicle: vehicle ? { makeName: vehicle.make, modelName: vehicle.model || "", year: Number(vehicle.year) || null } : null,
    }, key);
    lostDialog.close();
    till.found();
    window.clutchToast?.(text("lost"));
    till.field.focus();
  });

  // --- a special order ---

  const orderDialog = $("special-dialog");
  const order = () => {
    if (!till.cart.customer) { till.askCustomer(text("special-who"), order); return; }
    asked = wanted();
    key = till.newKey();
    input("special-what").value = asked.words.slice(0, 200);
    input("special-quantity").value = asked.line ? asked.line.quantity : 1;
    input("special-price").value = asked.line?.price ? decimal(asked.line.price) : "";
    for (const name of ["deposit", "expected", "note"]) input(`special-${name}`).value = "";
    $("special-customer").textContent = till.cart.customer.name;
    told($("special-problem"), "");
    open(orderDialog, input("special-what"));
  };
  sending($("special-form"), $("special-problem"), async () => {
    const deposit = minor(input("special-deposit").value) || 0;
    const price = minor(input("special-price").value);
    const method = input("special-method").value;
    const paid = method === "cash" ? { method } : { method, amount: decimal(deposit) };
    const same = asked.line && asked.words.slice(0, 200) === input("special-what").value;
    const made = await till.ask("POST", "/api/v1/special-orders", {
      shopId: root.dataset.shop,
      registerId: root.dataset.register,
      customerId: till.cart.customer.id,
      partId: same ? asked.line.partId : null,
      description: same ? asked.line.name : input("special-what").value,
      quantity: Number(input("special-quantity").value) || 0,
      unitPrice: price === null ? "" : decimal(price),
      deposit: decimal(deposit),
      payments: deposit ? [paid] : [],
      expectedOn: input("special-expected").value || null,
      note: input("special-note").value,
    }, key);
    orderDialog.close();
    till.found();
    $("ordered-number").textContent = made.number;
    $("ordered-deposit").textContent = till.shown(minor(made.deposit));
    $("slip").href = root.dataset.slipUrl.replace(/0{8}-0{4}-0{4}-0{4}-0{12}/, made.specialOrderId);
    $("ordered-dialog").showModal();
    $("slip").focus();
  });

  // Both also stand where a search found nothing.
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-lose]")) lose();
    if (event.target.closest("[data-order]")) order();
  });
  Object.assign(till, { lose, order });
})();
