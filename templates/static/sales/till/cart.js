// till/cart.js: the cart.
//
// It lives in this browser's storage first: it outlives a reload, a dead network and a dead server.
// The server makes the sums (a draft that is written anew after each change).

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, minor, decimal, shown, problem, say, undo, ask, Refused } = till;
  const STORE = `clutch-till-${root.dataset.register}`;

  const empty = () => ({ lines: [], label: "", customer: null, vehicle: null, saleId: null, version: null, key: null, payments: null, approval: "" });
  const load = () => {
    try { return { ...empty(), ...JSON.parse(localStorage.getItem(STORE) || "{}") }; } catch { return empty(); }
  };
  const keep = () => { try { localStorage.setItem(STORE, JSON.stringify(till.cart)); } catch { /* storage is full or refused: the page still holds it */ } };
  till.cart = load();
  till.sums = null;
  till.chosen = -1;
  let changes = 0;

  // --- how it looks ---

  // What other scripts show of the cart: called with each line's row, and after the whole is drawn.
  const onRow = [];
  const onDraw = [];
  const row = (line, index) => {
    const element = $("line-template").content.firstElementChild.cloneNode(true);
    const slot = (name, value) => { element.querySelector(`[data-slot=${name}]`).textContent = value; };
    slot("name", line.name);
    slot("number", line.number);
    slot("where", [line.brand, line.bin].filter(Boolean).join(" · "));
    slot("price", line.price === null ? "—" : shown(line.price));
    slot("total", line.price === null ? "" : shown(line.price * line.quantity));
    slot("note", line.note || "");
    element.querySelector("[data-slot=note]").hidden = !line.note;
    element.querySelector("[data-quantity]").value = line.quantity;
    element.dataset.index = index;
    element.classList.toggle("chosen", index === till.chosen);
    for (const show of onRow) show(element, line);
    return element;
  };
  const draw = () => {
    const { cart } = till;
    $("lines").replaceChildren(...cart.lines.map(row));
    $("cart-empty").hidden = cart.lines.length > 0;
    $("sums").hidden = cart.lines.length === 0;
    $("label").textContent = cart.label;
    total();
    for (const show of onDraw) show();
  };

  const localTotal = () => till.cart.lines.reduce((sum, line) => sum + (line.price || 0) * line.quantity, 0);
  const due = () => (till.sums ? minor(till.sums.total) : localTotal());
  const total = () => {
    const { sums } = till;
    for (const name of ["discountTotal", "taxTotal", "coreTotal", "total"]) {
      root.querySelector(`[data-sum=${name}]`).textContent = sums ? shown(minor(sums[name])) : name === "total" ? shown(localTotal()) : "…";
    }
    $("row-discount").hidden = !sums || !minor(sums.discountTotal);
    $("row-core").hidden = !sums || !minor(sums.coreTotal);
    $("sums").classList.toggle("provisional", !sums);
    $("pay-total").textContent = till.cart.lines.length ? shown(due()) : "";
    $("pay").disabled = till.cart.lines.length === 0;
  };

  // --- changing it ---

  // A sale that was sent and not answered may be booked: until that is known its cart stays as it is.
  const locked = () => {
    if (!till.cart.key) return false;
    problem(text("unsure"));
    till.recover();
    return true;
  };
  const changed = () => {
    changes += 1;
    till.sums = null;
    keep();
    draw();
    saveSoon();
  };

  const add = (part) => {
    if (locked()) return;
    const { cart } = till;
    const price = minor(part.price);
    const units = Number(part.units) || 1;
    const at = cart.lines.findIndex((line) => line.partId === part.part && !line.agreed);
    if (at >= 0) {
      cart.lines[at].quantity += units;
      till.chosen = at;
    } else {
      cart.lines.push({ partId: part.part, name: part.name, number: part.number, brand: part.brand, bin: part.bin, price, list: price, agreed: false, quantity: units });
      till.chosen = cart.lines.length - 1;
    }
    const line = cart.lines[till.chosen];
    line.note = line.price === null ? text("price") : "";
    changed();
    say(`${text("added")} ${line.name} × ${line.quantity}`);
    root.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
    if (line.price === null) askPrice(till.chosen);
  };
  const remove = (index) => {
    if (locked()) return;
    const [line] = till.cart.lines.splice(index, 1);
    till.chosen = Math.min(till.chosen, till.cart.lines.length - 1);
    changed();
    undo(`${text("removed")} ${line.name}`, () => { till.cart.lines.splice(index, 0, line); changed(); });
  };
  const quantity = (index, value) => {
    if (locked()) return;
    if (value < 1) { remove(index); return; }
    till.cart.lines[index].quantity = Math.min(value, 10000);
    till.chosen = index;
    changed();
  };
  const clear = () => {
    if (locked()) return;
    const before = till.cart;
    if (!before.lines.length && !before.customer && !before.vehicle) return;
    till.cart = { ...empty(), saleId: before.saleId, version: before.version };
    till.chosen = -1;
    changed();
    undo(text("empty"), () => { if (locked()) return; till.cart = before; changed(); });
  };
  // Another cart in its place: an empty one, or one that was parked, with the sums it had.
  const begin = (cart, sums = null) => {
    till.cart = { ...empty(), ...cart };
    till.sums = sums;
    till.chosen = -1;
    keep();
    draw();
  };

  const lines = $("lines");
  const indexOf = (element) => Number(element.closest("[data-index]")?.dataset.index ?? -1);
  lines.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index < 0) return;
    const line = till.cart.lines[index];
    if (event.target.closest("[data-less]")) quantity(index, line.quantity - 1);
    else if (event.target.closest("[data-more]")) quantity(index, line.quantity + 1);
    else if (event.target.closest("[data-remove]")) remove(index);
    else if (event.target.closest("[data-price-button]")) askPrice(index);
    else if (!event.target.closest("input, button, a, label")) { till.chosen = index; draw(); }
  });
  lines.addEventListener("change", (event) => {
    const index = indexOf(event.target);
    if (event.target.matches("[data-old-part]") && index >= 0) {
      if (!till.locked()) till.cart.lines[index].oldPart = event.target.checked;
      changed();
    }
    if (!event.target.matches("[data-quantity]")) return;
    const value = minor(event.target.value);
    if (index >= 0 && value !== null && value % till.SCALE === 0) quantity(index, value / till.SCALE); else draw();
  });
  $("clear").addEventListener("click", clear);

  const askPrice = (index) => {
    if (locked()) return;
    const line = till.cart.lines[index];
    const dialog = $("price-dialog");
    const input = root.querySelector("#new-price");
    $("price-name").textContent = `${line.name} ${line.number}`;
    $("list-price").textContent = line.list === null ? "—" : shown(line.list);
    input.value = line.price === null ? "" : decimal(line.price);
    dialog.returnValue = "";
    dialog.onclose = () => {
      const price = minor(input.value);
      if (dialog.returnValue !== "ok" || price === null) return;
      Object.assign(line, { price, agreed: price !== line.list, note: "" });
      changed();
    };
    dialog.showModal();
    input.select();
  };

  // --- the draft of the server ---

  const asBody = () => {
    const { cart } = till;
    return {
      registerId: root.dataset.register,
      label: cart.label,
      customerId: cart.customer?.id ?? null,
      vehicleId: cart.customer ? cart.vehicle?.id ?? null : null,
      lines: cart.lines.map((line) => ({ partId: line.partId, quantity: line.quantity, takesCore: !line.oldPart, ...(line.agreed ? { unitPrice: decimal(line.price) } : {}) })),
      ...(cart.approval ? { approval: cart.approval } : {}),
    };
  };

  // One draft at a time is on its way; what changed meanwhile goes after it.
  let saving = null;
  let timer;
  const saveSoon = () => { clearTimeout(timer); timer = setTimeout(() => { save().catch(() => {}); }, 250); };
  const save = async () => {
    clearTimeout(timer);
    if (saving) { await saving.catch(() => {}); }
    if (!till.cart.lines.length || till.cart.lines.some((line) => line.price === null)) return null;
    saving = write();
    try { return await saving; } finally { saving = null; }
  };
  const write = async () => {
    const mark = changes;
    const { cart } = till;
    try {
      const sale = cart.saleId
        ? await ask("PUT", `/api/v1/sales/${cart.saleId}`, asBody())
        : await ask("POST", "/api/v1/sales", { shopId: root.dataset.shop, ...asBody() }, till.newKey());
      till.cart.saleId = sale.saleId;
      till.cart.version = sale.version;
      if (mark === changes) { till.sums = sale; problem(""); }
      keep();
      total();
      return sale;
    } catch (error) {
      if (error instanceof Refused) return refused(error);
      throw error;
    }
  };
  const refused = async (error) => {
    const { cart } = till;
    // The draft was completed, parked or voided elsewhere: this cart begins a new one.
    if (cart.saleId && (error.status === 404 || error.code === "wrong_status")) { cart.saleId = null; keep(); return write(); }
    if (error.code === "discount_too_high" && await approve(error.message)) return write();
    problem(error.message);
    throw error;
  };

  // --- a manager's word ---

  const approve = async (why) => {
    const word = await till.askPin({
      why, allowed: (one) => ["owner", "manager"].includes(one.role),
      check: (memberId, pin) => ask("POST", "/api/v1/clerks/approve", { shopId: root.dataset.shop, memberId, pin, act: "exceed_discount" }),
    });
    if (word) till.cart.approval = word.approval;
    return Boolean(word);
  };

  // Two windows of one register share one cart.
  window.addEventListener("storage", (event) => { if (event.key === STORE) { till.cart = load(); till.sums = null; draw(); } });

  Object.assign(till, { keep, onRow, onDraw, draw, due, locked, changed, add, remove, quantity, clear, begin, save, saveSoon });
})();
