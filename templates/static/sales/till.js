// till.js: the cart of the till.
//
// The cart lives in this browser's storage first: it outlives a reload, a dead network and a dead
// server. The server makes the sums (a draft that is written anew after each change) and books the
// sale in one act under a key that is stored before it is sent: an answer that was lost is asked for
// again with the same key, and the same sale comes back. A receipt is shown only from an answer.

(() => {
  "use strict";

  const root = document.querySelector("[data-till]");
  if (!root) return;
  const $ = (name) => root.querySelector(`[data-${name}]`);
  const text = (name) => root.getAttribute(`data-t-${name}`);
  const csrf = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const STORE = `clutch-till-${root.dataset.register}`;
  const DECIMALS = Number(root.dataset.decimals);
  const SCALE = 10 ** DECIMALS;

  // --- money: whole minor units, never a binary fraction ---

  const minor = (words) => {
    const plain = String(words ?? "").trim()
      .replace(/[\u0660-\u0669]/g, (d) => d.charCodeAt(0) - 0x660).replace(/[\u06f0-\u06f9]/g, (d) => d.charCodeAt(0) - 0x6f0)
      .replace(/[\u066b,]/g, ".").replace(/\s/g, "");
    if (!/^\d*(\.\d*)?$/.test(plain) || plain === "" || plain === ".") return null;
    const [whole, rest = ""] = plain.split(".");
    if (/[1-9]/.test(rest.slice(DECIMALS))) return null;
    return Number(whole || 0) * SCALE + Number((rest + "0".repeat(DECIMALS)).slice(0, DECIMALS) || 0);
  };
  const decimal = (units) => `${Math.floor(units / SCALE)}${DECIMALS ? "." + String(units % SCALE).padStart(DECIMALS, "0") : ""}`;
  const shown = (units) => {
    const grouped = decimal(Math.abs(units)).replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
    return text("money").replace("#", (units < 0 ? "−" : "") + grouped);
  };

  // --- the cart ---

  const empty = () => ({ lines: [], label: "", saleId: null, version: null, key: null, payments: null, approval: "" });
  const load = () => {
    try { return { ...empty(), ...JSON.parse(localStorage.getItem(STORE) || "{}") }; } catch { return empty(); }
  };
  let cart = load();
  const keep = () => { try { localStorage.setItem(STORE, JSON.stringify(cart)); } catch { /* storage is full or refused: the page still holds it */ } };
  let sums = null;
  let chosen = -1;
  let changes = 0;

  const problem = (words) => { const box = $("problem"); box.textContent = words || ""; box.hidden = !words; };

  const draw = () => {
    const list = $("lines");
    const template = $("line-template").content.firstElementChild;
    list.replaceChildren(...cart.lines.map((line, index) => {
      const row = template.cloneNode(true);
      const slot = (name, value) => { row.querySelector(`[data-slot=${name}]`).textContent = value; };
      slot("name", line.name);
      slot("number", line.number);
      slot("where", [line.brand, line.bin].filter(Boolean).join(" · "));
      slot("price", line.price === null ? "—" : shown(line.price));
      slot("total", line.price === null ? "" : shown(line.price * line.quantity));
      row.querySelector("[data-quantity]").value = line.quantity;
      const note = line.note || "";
      slot("note", note);
      row.querySelector("[data-slot=note]").hidden = !note;
      row.dataset.index = index;
      row.classList.toggle("chosen", index === chosen);
      return row;
    }));
    $("cart-empty").hidden = cart.lines.length > 0;
    $("sums").hidden = cart.lines.length === 0;
    $("label").textContent = cart.label;
    total();
  };

  const localTotal = () => cart.lines.reduce((sum, line) => sum + (line.price || 0) * line.quantity, 0);
  const due = () => (sums ? minor(sums.total) : localTotal());
  const total = () => {
    for (const name of ["discountTotal", "taxTotal", "coreTotal", "total"]) {
      root.querySelector(`[data-sum=${name}]`).textContent = sums ? shown(minor(sums[name])) : name === "total" ? shown(localTotal()) : "…";
    }
    $("row-discount").hidden = !sums || !minor(sums.discountTotal);
    $("row-core").hidden = !sums || !minor(sums.coreTotal);
    $("sums").classList.toggle("provisional", !sums);
    $("pay-total").textContent = cart.lines.length ? shown(due()) : "";
    $("pay").disabled = cart.lines.length === 0;
  };

  // A sale that was sent and not answered may be booked: until that is known its cart stays as it is.
  const locked = () => {
    if (!cart.key) return false;
    problem(text("unsure"));
    recover();
    return true;
  };

  const changed = () => {
    changes += 1;
    sums = null;
    keep();
    draw();
    saveSoon();
  };

  const add = (part) => {
    if (locked()) return;
    const price = minor(part.price);
    const units = Number(part.units) || 1;
    const at = cart.lines.findIndex((line) => line.partId === part.part && !line.agreed);
    if (at >= 0) {
      cart.lines[at].quantity += units;
      chosen = at;
    } else {
      cart.lines.push({ partId: part.part, name: part.name, number: part.number, brand: part.brand, bin: part.bin, price, list: price, agreed: false, quantity: units, left: Number(part.left) });
      chosen = cart.lines.length - 1;
    }
    const line = cart.lines[chosen];
    line.note = line.price === null ? text("price") : "";
    changed();
    say(`${text("added")} ${line.name} × ${line.quantity}`);
    root.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
    if (line.price === null) askPrice(chosen);
  };

  const remove = (index) => {
    if (locked()) return;
    const [line] = cart.lines.splice(index, 1);
    chosen = Math.min(chosen, cart.lines.length - 1);
    changed();
    undo(`${text("removed")} ${line.name}`, () => { cart.lines.splice(index, 0, line); changed(); });
  };

  const quantity = (index, value) => {
    if (locked()) return;
    if (value < 1) { remove(index); return; }
    cart.lines[index].quantity = Math.min(value, 10000);
    chosen = index;
    changed();
  };

  const say = (words) => { document.querySelector("[data-till-said]")?.remove(); const p = document.createElement("p"); p.className = "visually-hidden"; p.setAttribute("role", "status"); p.dataset.tillSaid = ""; p.textContent = words; root.append(p); };
  const undo = (words, act) => {
    window.clutchToast?.(words);
    const note = document.querySelector("[data-toasts] .toast-note:last-child");
    if (!note) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-quiet";
    button.textContent = text("undo");
    button.addEventListener("click", () => { act(); note.remove(); });
    note.insertBefore(button, note.lastElementChild);
  };

  // --- talking with the server ---

  class Refused extends Error {}
  class Unreached extends Error {}
  const offline = (yes) => { $("offline").hidden = !yes; };

  const ask = async (method, path, body, headers = {}) => {
    let answer;
    try {
      answer = await fetch(path, {
        method, credentials: "same-origin", signal: AbortSignal.timeout(20000),
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf, ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch { offline(true); throw new Unreached(); }
    offline(false);
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    if (answer.status >= 502) { offline(true); throw new Unreached(); }
    const refused = new Refused(said.detail || said.title || String(answer.status));
    Object.assign(refused, { status: answer.status, code: said.code, body: said });
    throw refused;
  };

  const asBody = () => ({
    registerId: root.dataset.register,
    label: cart.label,
    lines: cart.lines.map((line) => ({ partId: line.partId, quantity: line.quantity, ...(line.agreed ? { unitPrice: decimal(line.price) } : {}) })),
    ...(cart.approval ? { approval: cart.approval } : {}),
  });

  // One draft at a time is on its way; what changed meanwhile goes after it.
  let saving = null;
  let timer;
  const saveSoon = () => { clearTimeout(timer); timer = setTimeout(() => { save().catch(() => {}); }, 250); };
  const save = async () => {
    clearTimeout(timer);
    if (saving) { await saving.catch(() => {}); }
    if (!cart.lines.length || cart.lines.some((line) => line.price === null)) return null;
    saving = write();
    try { return await saving; } finally { saving = null; }
  };
  const write = async () => {
    const mark = changes;
    try {
      const sale = cart.saleId
        ? await ask("PUT", `/api/v1/sales/${cart.saleId}`, asBody())
        : await ask("POST", "/api/v1/sales", { shopId: root.dataset.shop, ...asBody() }, { "Idempotency-Key": crypto.randomUUID() });
      cart.saleId = sale.saleId;
      cart.version = sale.version;
      if (mark === changes) { sums = sale; problem(""); }
      keep();
      total();
      return sale;
    } catch (error) {
      if (error instanceof Refused) return refusedCart(error);
      throw error;
    }
  };

  const refusedCart = async (error) => {
    // The draft was completed, parked or voided elsewhere: this cart begins a new one.
    if (cart.saleId && (error.status === 404 || error.code === "wrong_status")) { cart.saleId = null; keep(); return write(); }
    if (error.code === "discount_too_high" && await approve(error.message)) return write();
    problem(error.message);
    throw error;
  };

  // --- a manager's word ---

  const approve = async (why) => {
    const dialog = $("pin-dialog");
    const members = $("pin-members");
    const clerks = await ask("GET", `/api/v1/clerks?shopId=${root.dataset.shop}`).catch(() => ({ results: [] }));
    members.replaceChildren(...(clerks.results || []).filter((one) => one.hasPin && ["owner", "manager"].includes(one.role)).map((one) => new Option(one.name, one.memberId)));
    $("pin-why").textContent = why;
    $("pin-problem").hidden = true;
    const pin = root.querySelector("#pin");
    pin.value = "";
    dialog.showModal();
    return new Promise((settle) => {
      const form = dialog.querySelector("form");
      const finish = (yes) => { form.onsubmit = null; dialog.onclose = null; dialog.close(); settle(yes); };
      dialog.onclose = () => finish(false);
      form.onsubmit = async (event) => {
        event.preventDefault();
        try {
          const word = await ask("POST", "/api/v1/clerks/approve", { shopId: root.dataset.shop, memberId: members.value, pin: pin.value, act: "exceed_discount" });
          cart.approval = word.approval;
          finish(true);
        } catch (error) {
          const box = $("pin-problem");
          box.textContent = error.message || text("offline");
          box.hidden = false;
          pin.select();
        }
      };
    });
  };

  // --- finding ---

  const found = $("found");
  const field = root.querySelector("#find");
  let asking = 0;
  let typing;
  const find = async (words, scanned) => {
    clearTimeout(typing);
    const mine = ++asking;
    if (!words.trim()) { found.replaceChildren(); return; }
    const url = `${root.dataset.findUrl}?${new URLSearchParams({ q: words, ...(scanned ? { scan: "1" } : {}) })}`;
    let answer;
    try { answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true", "X-Shop": root.dataset.shop } }); } catch { offline(true); problem(text("offline")); return; }
    if (mine !== asking && !scanned) return;
    offline(false);
    if (!answer.ok) return;
    const box = document.createElement("div");
    box.innerHTML = await answer.text();
    const rows = box.querySelectorAll("[data-take]");
    if (scanned && box.querySelector("[data-exact]")?.dataset.exact === "1") {
      take(rows[0]);
      found.replaceChildren();
      return;
    }
    found.replaceChildren(...box.children);
    if (scanned) found.querySelector("[data-take]")?.focus();
  };
  const take = (row) => add(row.dataset);

  document.addEventListener("clutch:scan", (event) => {
    if (root.querySelector("dialog[open]")) return;
    field.value = "";
    find(event.detail.code, true);
  });
  $("find").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    const words = field.value;
    const only = found.querySelectorAll("[data-take]");
    if (only.length === 1 && found.dataset.words === words) { take(only[0]); field.value = ""; found.replaceChildren(); return; }
    find(words, true);
  });
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => { await find(field.value, false); found.dataset.words = field.value; }, 200);
  });
  found.addEventListener("click", (event) => {
    const row = event.target.closest("[data-take]");
    if (!row) return;
    take(row);
    found.replaceChildren();
    field.value = "";
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); found.querySelector("[data-take]")?.focus(); }
  });
  found.addEventListener("keydown", (event) => {
    const rows = [...found.querySelectorAll("[data-take]")];
    const at = rows.indexOf(document.activeElement);
    if (event.key === "ArrowDown") { event.preventDefault(); rows[Math.min(at + 1, rows.length - 1)]?.focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); (rows[at - 1] || field).focus(); }
  });

  // --- lines ---

  const lines = $("lines");
  const indexOf = (element) => Number(element.closest("[data-index]")?.dataset.index ?? -1);
  lines.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index < 0) return;
    if (event.target.closest("[data-less]")) quantity(index, cart.lines[index].quantity - 1);
    else if (event.target.closest("[data-more]")) quantity(index, cart.lines[index].quantity + 1);
    else if (event.target.closest("[data-remove]")) remove(index);
    else if (event.target.closest("[data-price-button]")) askPrice(index);
    else if (!event.target.closest("input")) { chosen = index; draw(); }
  });
  lines.addEventListener("change", (event) => {
    const index = indexOf(event.target);
    const value = minor(event.target.value);
    if (index >= 0 && value !== null && value % SCALE === 0) quantity(index, value / SCALE); else draw();
  });

  const askPrice = (index) => {
    if (locked()) return;
    const line = cart.lines[index];
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

  // --- paying ---

  const dialog = $("pay-dialog");
  const tender = (name) => root.querySelector(`#tender-${name}`);
  const OTHERS = ["card", "transfer"];
  const others = () => OTHERS.reduce((sum, name) => sum + (minor(tender(name).value) || 0), 0);
  const cashDue = () => Math.max(0, due() - others());
  const tell = () => {
    const given = minor(tender("cash").value) || 0;
    const left = cashDue() - given;
    $("change-word").textContent = left > 0 ? text("more") : text("change");
    $("change").textContent = shown(Math.abs(left));
  };
  const pay = async () => {
    if (locked()) return;
    if (!cart.lines.length) { problem(text("empty")); return; }
    problem("");
    if (!sums) {
      try { await save(); } catch (error) { if (error instanceof Unreached) problem(text("offline")); return; }
      if (!sums) return;
    }
    $("pay-sum").textContent = shown(due());
    for (const name of ["cash", ...OTHERS]) tender(name).value = "";
    tender("cash").value = decimal(due());
    const notes = [5, 10, 20, 50, 100, 200].map((note) => note * SCALE);
    const quick = [...new Set(notes.map((note) => Math.ceil(due() / note) * note).filter((sum) => sum > due()))].slice(0, 4);
    $("quick").replaceChildren(...quick.map((sum) => { const b = document.createElement("button"); b.type = "button"; b.className = "btn btn-outline-primary"; b.textContent = shown(sum); b.onclick = () => { tender("cash").value = decimal(sum); tell(); }; return b; }));
    $("pay-problem").hidden = true;
    tell();
    dialog.showModal();
    tender("cash").select();
  };
  dialog.addEventListener("input", (event) => {
    if (OTHERS.includes(event.target.name)) tender("cash").value = cashDue() ? decimal(cashDue()) : "";
    tell();
  });
  dialog.addEventListener("click", (event) => {
    const name = event.target.closest("[data-rest]")?.dataset.rest;
    if (!name) return;
    tender("cash").value = "";
    tender(name).value = "";
    tender(name).value = decimal(cashDue());
    tell();
  });

  const payments = () => {
    const rows = OTHERS.filter((name) => minor(tender(name).value)).map((name) => ({ method: name, amount: decimal(minor(tender(name).value)) }));
    if (cashDue() > 0) rows.push({ method: "cash", tendered: decimal(minor(tender("cash").value) || 0) });
    return rows;
  };

  let booking = false;
  $("pay-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (booking) return;
    booking = true;
    const confirm = $("confirm");
    confirm.setAttribute("aria-busy", "true");
    try {
      // The key is stored before anything is sent, with the very payments it stands for.
      if (!cart.key) { cart.key = crypto.randomUUID(); cart.payments = payments(); keep(); }
      await book();
    } catch (error) {
      const box = $("pay-problem");
      if (error instanceof Refused) { cart.key = null; cart.payments = null; keep(); }
      box.textContent = error instanceof Refused ? error.message : text("unsure");
      box.hidden = false;
    } finally {
      booking = false;
      confirm.removeAttribute("aria-busy");
    }
  });
  const book = async () => {
    const sale = await ask("POST", `/api/v1/sales/${cart.saleId}/complete`, { payments: cart.payments }, { "Idempotency-Key": cart.key });
    done(sale);
  };
  const done = (sale) => {
    cart = empty();
    sums = null;
    chosen = -1;
    keep();
    draw();
    dialog.close();
    $("done-number").textContent = sale.number;
    $("done-change").textContent = shown(minor(sale.change) || 0);
    $("done-total").textContent = shown(minor(sale.total));
    const receipt = $("receipt");
    receipt.hidden = !sale.receiptUrl;
    if (sale.receiptUrl) receipt.href = sale.receiptUrl;
    $("done-dialog").showModal();
    $("next").focus();
  };
  $("next").addEventListener("click", () => { $("done-dialog").close(); field.focus(); });

  // A sale that was sent and never answered: ask again, with its key.
  const recover = async () => {
    if (!cart.key || !cart.saleId || !cart.payments || booking) return;
    booking = true;
    try { await book(); } catch (error) {
      if (error instanceof Refused) { cart.key = null; cart.payments = null; keep(); problem(error.message); } else problem(text("unsure"));
    } finally { booking = false; }
  };

  // --- parking ---

  const park = async () => {
    if (locked()) return;
    if (!cart.lines.length) return;
    try {
      const sale = (await save()) || { saleId: cart.saleId };
      await ask("POST", `/api/v1/sales/${sale.saleId}/park`, { label: cart.label }, { "Idempotency-Key": crypto.randomUUID() });
      cart = empty();
      sums = null;
      chosen = -1;
      keep();
      draw();
      countParked(1);
      window.clutchToast?.(text("parked"));
      field.focus();
    } catch (error) { problem(error instanceof Refused ? error.message : text("offline")); }
  };
  const countParked = (by) => { const badge = $("parked-count"); badge.textContent = Math.max(0, (parseInt(badge.textContent, 10) || 0) + by) || ""; };
  $("show-parked").addEventListener("click", async () => {
    try {
      const answer = await fetch(root.dataset.parkedUrl, { credentials: "same-origin", headers: { "HX-Request": "true", "X-Shop": root.dataset.shop } });
      $("parked").innerHTML = await answer.text();
      $("parked-dialog").showModal();
    } catch { problem(text("offline")); }
  });
  $("parked").addEventListener("click", async (event) => {
    const id = event.target.closest("[data-resume]")?.dataset.resume;
    if (!id) return;
    $("parked-dialog").close();
    if (locked()) return;
    if (cart.lines.length) await park();
    try {
      const sale = await ask("POST", `/api/v1/sales/${id}/resume`, { registerId: root.dataset.register }, { "Idempotency-Key": crypto.randomUUID() });
      cart = {
        ...empty(), saleId: sale.saleId, version: sale.version, label: sale.label,
        lines: sale.lines.map((line) => ({ partId: line.partId, name: line.name, number: line.partNumber, brand: "", bin: line.bin || "", price: minor(line.unitPrice), list: minor(line.listPrice), agreed: line.unitPrice !== line.listPrice, quantity: line.quantity })),
      };
      sums = sale;
      keep();
      draw();
      countParked(-1);
    } catch (error) { problem(error instanceof Refused ? error.message : text("offline")); }
  });

  // --- the keyboard ---

  const BURST = 120; // ms: what follows sooner comes from a scanner
  let lastKey = 0;
  let step;
  const clear = () => {
    if (locked()) return;
    const before = cart;
    if (!before.lines.length) return;
    cart = { ...empty(), saleId: cart.saleId, version: cart.version };
    chosen = -1;
    changed();
    undo(text("empty"), () => { if (locked()) return; cart = before; changed(); });
  };
  $("park").addEventListener("click", park);
  $("clear").addEventListener("click", clear);
  $("pay").addEventListener("click", pay);
  root.addEventListener("click", (event) => { const shut = event.target.closest("[data-close]"); if (shut) shut.closest("dialog").close(); });
  document.addEventListener("keydown", (event) => {
    if (root.querySelector("dialog[open]") || document.querySelector("dialog[open]")) return;
    const typing_ = event.target.matches("input, textarea, select");
    const acts = { F2: () => { field.focus(); field.select(); }, F4: park, F9: pay };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); return; }
    const quick = event.timeStamp - lastKey < BURST;
    lastKey = event.timeStamp;
    clearTimeout(step);
    if (typing_ || chosen < 0 || !cart.lines[chosen]) return;
    if (event.key === "Delete") { event.preventDefault(); remove(chosen); }
    const by = { "+": 1, "-": -1 }[event.key];
    // A dash inside a code that a scanner types is no wish for one less.
    if (by && !quick) step = setTimeout(() => quantity(chosen, cart.lines[chosen].quantity + by), BURST);
  });
  window.addEventListener("online", () => { offline(false); if (cart.key) recover(); else saveSoon(); });
  window.addEventListener("offline", () => offline(true));
  // Two windows of one register share one cart.
  window.addEventListener("storage", (event) => { if (event.key === STORE) { cart = load(); sums = null; draw(); } });

  draw();
  if (!navigator.onLine) offline(true);
  if (cart.key) recover(); else if (cart.lines.length) saveSoon();
})();
