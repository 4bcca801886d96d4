// till/clerk.js: who sells, by PIN, and the lock of a till that nobody works at.
//
// The token of who entered the PIN goes with every request of this window. A till that was left alone for
// the minutes of the counter's policy asks for a PIN before it goes on; so does a reload of a locked one.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, told } = till;
  const KEY = `clutch-clerk-${root.dataset.register}`;
  const LOCK = `clutch-locked-${root.dataset.register}`;
  const HEADER = "Clutch-Clerk";

  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };
  const write = (name, value) => { try { if (value) sessionStorage.setItem(name, value); else sessionStorage.removeItem(name); } catch { /* kept in this page alone */ } };
  const set = (clerk) => {
    if (clerk) till.headers[HEADER] = clerk.token; else delete till.headers[HEADER];
    $("clerk-name").textContent = clerk?.name || root.dataset.user;
    write(KEY, clerk && JSON.stringify({ name: clerk.name, token: clerk.token }));
  };

  const enter = (more) => {
    const before = till.headers[HEADER];
    // A token that has run out must not stand in the way of a new one.
    delete till.headers[HEADER];
    return till.askPin({
      title: text("who-sells"), allowed: () => true,
      check: (memberId, pin) => till.ask("POST", "/api/v1/clerks/switch", { shopId: root.dataset.shop, memberId, pin }),
      ...more,
    }).then((clerk) => {
      if (clerk) set(clerk); else if (before) till.headers[HEADER] = before;
      return clerk;
    });
  };
  const change = async () => {
    if (await enter({ why: text("switch") })) till.field.focus();
  };
  $("clerk").addEventListener("click", change);

  // --- the lock ---

  let locked = false;
  const lock = async (why) => {
    if (locked) return;
    locked = true;
    write(LOCK, "1");
    root.classList.add("locked");
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    while (!await enter({ why, locked: true })) { /* until somebody's PIN is right */ }
    root.classList.remove("locked");
    write(LOCK, "");
    locked = false;
    last = Date.now();
    till.field.focus();
  };
  const MINUTES = Number(root.dataset.lock);
  let last = Date.now();
  for (const sign of ["keydown", "pointerdown", "clutch:scan"]) document.addEventListener(sign, () => { last = Date.now(); }, true);
  // Without a network no PIN could be checked: then the till stays as it is.
  if (MINUTES) setInterval(() => { if (Date.now() - last > MINUTES * 60000 && $("offline").hidden && !till.cart.key) lock(text("locked")); }, 2000);
  till.expired = () => { set(null); lock(text("expired")); };

  // --- one's own PIN ---

  const pin = root.querySelector("#own-pin");
  const dialog = $("own-pin-dialog");
  $("set-pin").addEventListener("click", () => {
    $("pin-dialog").close();
    pin.value = "";
    told($("own-pin-problem"), "");
    $("own-pin-who").textContent = $("clerk-name").textContent;
    dialog.showModal();
    pin.focus();
  });
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await till.ask("PUT", "/api/v1/clerks/pin", { shopId: root.dataset.shop, pin: pin.value }, till.newKey());
      dialog.close();
      // The token of the old PIN is void.
      set(null);
      window.clutchToast?.(text("pin-set"));
    } catch (error) {
      told($("own-pin-problem"), error instanceof till.Refused ? error.message : text("offline"));
      pin.select();
    }
  });

  set(read());
  till.changeClerk = change;
  try { if (MINUTES && sessionStorage.getItem(LOCK)) lock(text("locked")); } catch { /* nothing is kept */ }
})();
