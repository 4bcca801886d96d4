// till/customer.js: to whom it is sold, and for which vehicle.
//
// A customer is found by name, phone, number or plate, or made from a phone and a name. The vehicle is
// one of theirs, or typed: then it only says what fits.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text } = till;
  const URL_ = root.dataset.customersUrl;
  const dialog = $("customer-dialog");
  const search = root.querySelector("#customer-search");
  const rows = $("customer-rows");

  // --- the picker ---

  const customerOf = (row) => ({ ...row.dataset, vehicles: JSON.parse(row.dataset.vehicles) });
  let asking = 0;
  const show = async (asked, body) => {
    const mine = ++asking;
    try {
      const box = await till.fragment(URL_, asked, body);
      if (mine === asking) rows.replaceChildren(...box.children);
      return box;
    } catch { rows.textContent = text("offline"); return null; }
  };
  let next = null; // what was waiting for a customer
  const askCustomer = (why = "", then = null) => {
    if (till.locked()) return;
    next = then;
    till.told($("customer-why"), why);
    search.value = "";
    dialog.showModal();
    search.focus();
    show({ q: "" });
  };
  let typing;
  search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => show({ q: search.value }), 200); });
  $("customer-search").addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(typing);
    await show({ q: search.value });
    const found = rows.querySelectorAll("[data-customer]");
    if (found.length === 1) pick(customerOf(found[0])); else (found[0] || rows.querySelector("input"))?.focus();
  });
  rows.addEventListener("click", (event) => { const row = event.target.closest("[data-customer]"); if (row) pick(customerOf(row)); });
  // The form for somebody new comes with the rows.
  rows.addEventListener("submit", async (event) => {
    event.preventDefault();
    const box = await show(null, new FormData(event.target));
    if (box?.status === 200) pick(customerOf(rows.querySelector("[data-customer]"))); else rows.querySelector("[aria-invalid=true], input")?.focus();
  });
  till.arrows(rows, search);

  // A customer with one vehicle comes with it.
  const pick = (customer, vehicle = customer.vehicles.length === 1 ? customer.vehicles[0] : null) => {
    if (till.locked()) return;
    Object.assign(till.cart, { customer, vehicle: vehicle || (till.cart.vehicle?.id ? null : till.cart.vehicle) });
    dialog.close();
    till.changed();
    if (next) next(); else till.field.focus();
    next = null;
  };
  // Of a cart that was taken up again.
  const pickById = async (id, vehicleId) => {
    const row = (await till.fragment(URL_, { id })).querySelector("[data-customer]");
    if (!row) return;
    const customer = customerOf(row);
    pick(customer, customer.vehicles.find((one) => one.id === vehicleId) || null);
  };

  // --- at the cart ---

  const words = (vehicle) => [vehicle.make, vehicle.model, vehicle.year].filter(Boolean).join(" ");
  const choice = $("vehicle");
  const draw = () => {
    const { customer, vehicle } = till.cart;
    $("customer-open").hidden = Boolean(customer);
    $("customer-chosen").hidden = !customer;
    for (const name of ["name", "number", "standing", "tax"]) root.querySelector(`[data-customer-${name}]`).textContent = customer?.[name] || "";
    const own = customer?.vehicles || [];
    choice.replaceChildren(
      new Option(text("no-vehicle"), ""),
      ...own.map((one) => new Option([words(one), one.plate].filter(Boolean).join(" · "), one.id)),
      ...(vehicle && !vehicle.id ? [new Option(words(vehicle), "typed")] : []),
      new Option(text("other-vehicle"), "other"),
    );
    choice.value = vehicle ? vehicle.id || "typed" : "";
  };
  till.onDraw.push(draw);
  $("customer-open").addEventListener("click", () => askCustomer());
  $("customer-change").addEventListener("click", () => askCustomer());
  $("customer-away").addEventListener("click", () => {
    if (till.locked()) return;
    Object.assign(till.cart, { customer: null, vehicle: till.cart.vehicle?.id ? null : till.cart.vehicle });
    till.changed();
    $("customer-open").focus();
  });

  const vehicleDialog = $("vehicle-dialog");
  const field = (name) => root.querySelector(`#vehicle-${name}`);
  choice.addEventListener("change", () => {
    if (till.locked()) { draw(); return; }
    if (choice.value === "other") {
      draw();
      for (const name of ["make", "model", "year"]) field(name).value = "";
      vehicleDialog.returnValue = "";
      vehicleDialog.showModal();
      field("make").focus();
      return;
    }
    if (choice.value === "typed") return;
    till.cart.vehicle = till.cart.customer?.vehicles.find((one) => one.id === choice.value) || null;
    till.changed();
  });
  vehicleDialog.addEventListener("close", () => {
    const make = field("make").value.trim();
    if (vehicleDialog.returnValue !== "ok" || !make) return;
    till.cart.vehicle = { id: null, make, model: field("model").value.trim(), year: field("year").value.trim() };
    till.changed();
    choice.focus();
  });

  Object.assign(till, { askCustomer, pickById });
})();
