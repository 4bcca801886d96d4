// ui.js: small habits of every page. Everything works without it; with it, it is quicker.
//
//   <form data-once>                     a second press while the first is under way does nothing
//   <div data-stepper><button data-step="-1">…<input type="number">…<button data-step="1">
//   <button data-copy="text">            copies; says so in data-copied
//   <div data-enter>                     Enter in a field inside presses the button inside, not the form's first
//   <button data-dialog="id">            opens <dialog id="id">; [data-close] inside closes it
//   <select data-submit>                 submits its form on change
//   <button data-locate="lat-id lon-id"> see map.js
//   a form field with data-keep          marks its form's fragment as being edited (data-dirty)
//
// Toasts: an element [data-toast] anywhere in an answer, or clutchToast(text).

(() => {
  "use strict";

  // The CSRF token for htmx: from the cookie-backed meta tag, for requests without a form.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });

  const texts = document.querySelector("[data-texts]")?.dataset || {};

  const toast = (text) => {
    const holder = document.querySelector("[data-toasts]");
    if (!holder || !text) return;
    const note = document.createElement("div");
    note.className = "toast-note";
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", texts.close || "Close");
    close.textContent = "×";
    close.addEventListener("click", () => note.remove());
    note.append(words, close);
    holder.append(note);
    setTimeout(() => { if (!note.matches(":hover, :focus-within")) note.remove(); }, 8000);
  };
  window.clutchToast = toast;

  const takeToasts = (root) => root.querySelectorAll?.("[data-toast]").forEach((t) => { toast(t.textContent.trim()); t.remove(); });
  document.addEventListener("htmx:afterSwap", (event) => takeToasts(event.detail.target.parentNode || document));
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    toast(page.querySelector("[data-toast]")?.textContent.trim() || texts.failed);
  });
  // Signed out meanwhile: the sign-in page belongs into the window, not into a fragment.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname === "/sign-in" && location.pathname !== "/sign-in") {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:sendError", () => toast(texts.offline));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-enter] input")) return;
    event.preventDefault();
    event.target.closest("[data-enter]").querySelector("button:not([type=button])")?.click();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit], button:not([type])").forEach((b) => b.setAttribute("aria-busy", "true"));
  });
  const release = (root) => root.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
  });
  window.addEventListener("pageshow", () => release(document));
  document.addEventListener("htmx:afterRequest", () => release(document));

  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) {
      const input = step.closest("[data-stepper]").querySelector("input");
      const wanted = (parseInt(input.value, 10) || 0) + Number(step.dataset.step);
      input.value = Math.min(Number(input.max || 999), Math.max(Number(input.min || 1), wanted));
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(copy.dataset.copied || texts.copied));
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-keep]")) event.target.form?.setAttribute("data-dirty", "");
  });

  // Where the focus was in what a swap replaced and its element is gone, it goes on to what can be done
  // now, or to the new part as a whole. Without this a keyboard would begin again at the top.
  // Parts are replaced side by side: only the one that held the focus passes it on.
  let inside = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    if (event.detail.target.contains(active) && active !== document.body) inside = event.detail.target.id;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (!inside || part?.id !== inside) return;
    inside = "";
    if (document.activeElement !== document.body || !part?.isConnected || document.querySelector("dialog[open]")) return;
    const next = part.querySelector(".btn-primary:not([disabled])") || part;
    if (next === part && !part.hasAttribute("tabindex")) part.tabIndex = -1;
    next.focus({ preventScroll: true });
  });

  // The first field with an error gets the focus after a refused form.
  const focusError = () => {
    const field = document.querySelector("main [aria-invalid=true]") || document.querySelector("[data-error-summary]");
    field?.focus({ preventScroll: false });
  };
  const start = () => { takeToasts(document); focusError(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();

  // --- “More” in the bar of a phone: a press outside or Escape closes it ---

  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-nav-more][open]").forEach((more) => { if (!more.contains(event.target)) more.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("[data-nav-more][open]").forEach((more) => { more.open = false; more.querySelector("summary").focus(); });
  });
})();
