// till.js: the keyboard of the till, and its beginning. The rest is in till/.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;

  const BURST = 120; // ms: what follows sooner comes from a scanner
  let lastKey = 0;
  let step;
  const help = () => till.$("help-dialog").showModal();
  till.$("help").addEventListener("click", help);
  const acts = {
    F2: () => { till.field.focus(); till.field.select(); },
    F3: () => till.askCustomer(),
    F4: () => till.park(),
    F7: () => till.lose(),
    F8: () => till.order(),
    F9: () => till.pay(),
    F10: () => till.changeClerk(),
  };
  document.addEventListener("keydown", (event) => {
    if (till.open()) return;
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); return; }
    const quick = event.timeStamp - lastKey < BURST;
    lastKey = event.timeStamp;
    clearTimeout(step);
    if (event.target.matches("input, textarea, select")) return;
    if ("?؟".includes(event.key) && !quick) step = setTimeout(help, BURST);
    const line = till.cart.lines[till.chosen];
    if (!line) return;
    if (event.key === "Delete") { event.preventDefault(); till.remove(till.chosen); }
    const by = { "+": 1, "-": -1 }[event.key];
    // A dash inside a code that a scanner types is no wish for one less.
    if (by && !quick) step = setTimeout(() => till.quantity(till.chosen, line.quantity + by), BURST);
  });
  window.addEventListener("online", () => { till.offline(false); if (till.cart.key) till.recover(); else till.saveSoon(); });
  window.addEventListener("offline", () => till.offline(true));

  till.draw();
  if (!navigator.onLine) till.offline(true);
  if (till.cart.key) till.recover(); else if (till.cart.lines.length) till.saveSoon();
})();
