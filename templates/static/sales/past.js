// past.js: a scan on the pages of past sales. A receipt opens its sale; anything else is searched.
//
//   form[data-sales-search]   a scanned code is asked of the server as ?scan=; it leads to the page
//                             of the receipt, or with the list of sales in which the part was sold
//   form[data-return]         a scan counts one more of the line that it means; when none is left to come
//                             back, or it is no part of the sale, the part is taken instead
//   [data-parts]              a form of parts alone: each scan is one more of a part

(() => {
  "use strict";

  document.addEventListener("clutch:scan", (event) => {
    const form = document.querySelector("[data-sales-search]");
    if (!form) return;
    const code = event.detail.code;
    const receipt = /\/receipt\/[\w-]{20,}/.test(code);
    // A page of its own: what the scanner typed into the field may be on its way as a search, and the
    // answer that comes last would win.
    window.htmx.trigger(form, "htmx:abort");
    window.location.assign(`${form.action}?${new URLSearchParams({ scan: code, ...(receipt ? {} : { q: code }) })}`);
  });

  // --- rows of parts ---

  const form = () => document.querySelector("form[data-return], form[data-parts]");
  const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
  const say = (text) => { const said = document.querySelector("[data-scan-said]"); if (said) said.textContent = text; };
  const mark = (row) => {
    document.querySelectorAll(".back-lines .picked").forEach((other) => other.classList.remove("picked"));
    row.classList.add("picked");
    row.scrollIntoView({ block: "nearest" });
  };
  const raise = (input, most) => {
    const wanted = (parseInt(input.value, 10) || 0) + 1;
    if (wanted > most) return false;
    input.value = String(wanted);
    mark(input.closest("li"));
    changed(input);
    return true;
  };

  const comesBack = (ids) => ids.some((id) => {
    const input = document.querySelector(`[data-line="${CSS.escape(id)}"] input[type=number]`);
    return input && raise(input, Number(input.max));
  });

  const take = (holder) => {
    const row = holder.querySelector("li[data-part]");
    const list = document.querySelector("[data-taken]");
    const there = list.querySelector(`[data-part="${CSS.escape(row.dataset.part)}"] input[type=number]`);
    if (there) { raise(there, 9999); return; }
    list.append(row);
    mark(row);
    changed(row.querySelector("input[type=number]"));
  };

  const show = async (url, picksLines) => {
    const answer = await fetch(url, { headers: { "X-Shop": form().querySelector("[name=shop]").value }, credentials: "same-origin" });
    if (!answer.ok) { window.clutchToast?.(document.querySelector("[data-texts]")?.dataset.failed); return; }
    const holder = document.createElement("div");
    holder.innerHTML = await answer.text();
    const result = holder.querySelector("[data-result]");
    const place = document.querySelector("[data-found]");
    place.replaceChildren();
    say("");
    if (picksLines && comesBack(result.dataset.lines.split(" ").filter(Boolean))) return;
    if (result.querySelector("li[data-part]")) take(result);
    else if (result.querySelector("[data-choose]")) { place.append(result); place.querySelector("[data-choose]").focus(); }
    else say(form().dataset.tNothing);
  };
  const find = (code, picksLines) => show(`${form().dataset.foundUrl}?code=${encodeURIComponent(code)}`, picksLines);

  document.addEventListener("clutch:scan", (event) => {
    const here = form();
    if (here) find(event.detail.code, here.matches("[data-return]"));
  });
  const typed = () => {
    const field = document.querySelector("[data-find-part]");
    if (field.value.trim()) find(field.value.trim(), false);
    field.value = "";
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !form()?.contains(event.target) || !event.target.matches("input")) return;
    event.preventDefault();
    if (event.target.matches("[data-find-part]")) typed();
    else changed(event.target);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-find-now]")) typed();
    const choice = event.target.closest("[data-choose]");
    if (choice) show(choice.dataset.choose, false);
    const drop = event.target.closest("[data-drop]");
    if (drop) {
      const list = drop.closest("ul");
      drop.closest("li").remove();
      changed(list);
    }
  });

  // --- counting a drawer: units times coin, as they are typed ---

  const count = () => {
    const total = document.querySelector("[data-counted]");
    if (!total) return;
    let cents = 0;
    document.querySelectorAll("[data-coin]").forEach((input) => { cents += Math.round(Number(input.dataset.coin) * 1000) * (parseInt(input.value, 10) || 0); });
    total.textContent = (cents / 1000).toLocaleString("en", { minimumFractionDigits: Number(total.dataset.decimals), maximumFractionDigits: 3 });
  };
  document.addEventListener("input", (event) => { if (event.target.matches("[data-coin]")) count(); });
  count();
})();
