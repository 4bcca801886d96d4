// till/pin.js: the dialog that asks for somebody's PIN.
//
// till.askPin({title, why, allowed, check, locked}) shows those with a PIN whom `allowed` lets through, and
// gives what `check` answers for the right one; null when the dialog is closed without.

(() => {
  "use strict";

  const till = window.clutchTill;
  if (!till) return;
  const { root, $, text, told } = till;
  const dialog = $("pin-dialog");
  const members = $("pin-members");
  const pin = root.querySelector("#pin");

  till.askPin = async ({ title = text("manager-pin"), why, allowed, check, locked = false }) => {
    const clerks = await till.ask("GET", `/api/v1/clerks?shopId=${root.dataset.shop}&pageSize=100`).catch(() => ({ results: [] }));
    members.replaceChildren(...(clerks.results || []).filter((one) => one.hasPin && allowed(one)).map((one) => new Option(one.name, one.memberId)));
    $("pin-title").textContent = title;
    $("pin-why").textContent = why;
    $("pin-back").hidden = locked;
    $("set-pin").hidden = locked || title === text("manager-pin");
    told($("pin-problem"), members.options.length ? "" : text("no-pins"));
    pin.value = "";
    dialog.showModal();
    (members.options.length > 1 ? members : pin).focus();
    return new Promise((settle) => {
      const form = dialog.querySelector("form");
      const finish = (word) => { form.onsubmit = null; dialog.onclose = null; dialog.close(); settle(word); };
      dialog.onclose = () => finish(null);
      dialog.oncancel = (event) => { if (locked) event.preventDefault(); };
      form.onsubmit = async (event) => {
        event.preventDefault();
        try {
          finish(await check(members.value, pin.value));
        } catch (error) {
          told($("pin-problem"), error.message || text("offline"));
          pin.select();
        }
      };
    });
  };
})();
