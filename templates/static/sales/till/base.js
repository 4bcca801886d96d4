// till/base.js: what the parts of the till share: its words, money, the server, small notes.
//
// The till is several plain scripts that are loaded in their order (sales/till.html) and share one
// object, clutchTill; each adds its own to it. What a script does is said at its head.

(() => {
  "use strict";

  const root = document.querySelector("[data-till]");
  if (!root) return;
  const $ = (name) => root.querySelector(`[data-${name}]`);
  const text = (name) => root.getAttribute(`data-t-${name}`);
  const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
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

  // --- saying something ---

  const told = (box, words) => { box.textContent = words || ""; box.hidden = !words; };
  const problem = (words) => told($("problem"), words);
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
  const headers = {};

  const send = async (path, options) => {
    let answer;
    try {
      answer = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(20000), ...options });
    } catch { offline(true); throw new Unreached(); }
    if (answer.status >= 502) { offline(true); throw new Unreached(); }
    offline(false);
    return answer;
  };

  // The API: an answer in JSON, or Refused with what is wrong, at the first field where one is named.
  const ask = async (method, path, body, more = {}) => {
    const answer = await send(path, {
      method,
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf(), ...headers, ...more },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    const refused = new Refused(said.errors?.[0]?.detail || said.detail || said.title || String(answer.status));
    Object.assign(refused, { status: answer.status, code: said.code, body: said });
    if (said.code === "clerk_expired") window.clutchTill.expired?.();
    throw refused;
  };

  // A fragment of the page: its elements, and how it was answered.
  const fragment = async (url, asked, body) => {
    const query = asked ? `?${new URLSearchParams(asked)}` : "";
    const answer = await send(`${url}${query}`, {
      method: body ? "POST" : "GET",
      headers: { "HX-Request": "true", "X-Shop": root.dataset.shop, ...(body ? { "X-CSRFToken": csrf() } : {}), ...headers },
      body: body && new URLSearchParams(body),
    });
    const box = document.createElement("div");
    if (answer.ok || answer.status === 422) box.innerHTML = await answer.text();
    box.status = answer.status;
    return box;
  };

  const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });
  // Whether a dialog, or the lock, keeps keys and scans from the cart.
  const open = () => root.classList.contains("locked") || Boolean(document.querySelector("dialog[open]"));

  root.addEventListener("click", (event) => { const shut = event.target.closest("[data-close]"); if (shut) shut.closest("dialog").close(); });

  // In a list of buttons the arrows go up and down, and up from the first one back to the field.
  const arrows = (list, field) => {
    const rows = () => [...list.querySelectorAll("button")].filter((row) => row.offsetParent !== null);
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); rows()[0]?.focus(); }
    });
    list.addEventListener("keydown", (event) => {
      const at = rows().indexOf(document.activeElement);
      if (event.key === "ArrowDown") { event.preventDefault(); rows()[Math.min(at + 1, rows().length - 1)]?.focus(); }
      if (event.key === "ArrowUp") { event.preventDefault(); (rows()[at - 1] || field).focus(); }
    });
  };

  window.clutchTill = {
    root, $, text, SCALE, minor, decimal, shown, told, problem, say, undo,
    Refused, Unreached, offline, headers, ask, fragment, newKey, open, arrows,
    field: root.querySelector("#find"),
  };
})();
