// portal.js: habits of the shop's working pages. live.js brings what is new; this is for the hands.
//
//   #ask                      one dialog for small questions; htmx fills #ask-body and it opens
//   HX-Trigger: portal-done   an act is done: close the dialog, say so, refresh what is live
//   [data-zoom]               a photo, opened large; full size and copy from there
//   form[data-quote]          Enter goes to the next field, Ctrl+Enter (or Cmd) sends
//   [data-remove-offer]       takes a row away
//   [data-minutes]            a quick choice of minutes for the field in data-for

(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const changed = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));

  // --- the dialog ---

  document.addEventListener("htmx:afterSwap", (event) => {
    const ask = byId("ask");
    if (event.detail.target.id !== "ask-body" || !ask) return;
    if (!ask.open) ask.showModal();
    (ask.querySelector("[data-error-summary], [aria-invalid=true]") || ask.querySelector("select, input:not([type=hidden]), textarea"))?.focus();
  });
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-close-ask]");
    if (back?.closest("dialog")) { event.preventDefault(); byId("ask").close(); }
  });
  document.addEventListener("portal-done", (event) => {
    byId("ask")?.close();
    window.clutchToast?.(event.detail.text);
    window.clutch?.refreshAll();
  });

  // What has come in since the last look is marked.
  let known = null;
  const ids = () => new Set([...document.querySelectorAll("#queue .ticket")].map((ticket) => ticket.id));
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target.id === "queue") known = ids(); });
  document.addEventListener("htmx:afterSettle", () => {
    if (!known) return;
    document.querySelectorAll("#queue .ticket").forEach((ticket) => ticket.classList.toggle("fresh", !known.has(ticket.id)));
    known = null;
  });

  // --- photos ---

  const zoom = byId("zoom");
  const image = zoom?.querySelector("[data-zoom-image]");
  const view = zoom?.querySelector(".zoom-view");
  const sizeButton = zoom?.querySelector("[data-zoom-size]");
  const resize = (full) => { view.classList.toggle("full", full); sizeButton.setAttribute("aria-pressed", String(full)); };
  document.addEventListener("click", (event) => {
    const photo = event.target.closest("[data-zoom]");
    if (photo && zoom && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      image.src = photo.href;
      image.alt = photo.querySelector("img")?.alt || "";
      zoom.querySelector("[data-zoom-name]").textContent = photo.dataset.zoomTitle || "";
      resize(false);
      zoom.showModal();
    }
    if (event.target === image || event.target.closest("[data-zoom-size]")) resize(!view.classList.contains("full"));
    if (event.target === zoom) zoom.close();
    if (event.target.closest("[data-zoom-copy]")) copyPhoto();
  });
  const copyPhoto = async () => {
    const texts = document.querySelector("[data-texts]")?.dataset || {};
    try {
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext("2d").drawImage(image, 0, 0);
      const png = await new Promise((done) => canvas.toBlob(done, "image/png"));
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      window.clutchToast?.(texts.copied);
    } catch { window.clutchToast?.(texts.failed); }
  };

  // --- the quote form ---

  const fields = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button[type=submit]")]
    .filter((field) => !field.disabled && field.offsetParent !== null);
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-quote]");
    if (!form || event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); form.requestSubmit(); return; }
    if (!event.target.matches("input:not([type=checkbox]):not([type=radio]):not([type=file]), select")) return;
    event.preventDefault();
    const all = fields(form);
    const next = all[all.indexOf(event.target) + 1];
    next?.focus();
    if (next?.matches("input[type=text]")) next.select();
  });

  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove-offer]");
    if (remove) {
      const row = remove.closest(".offer");
      const offers = row.closest(".offers");
      if (offers.querySelectorAll(".offer").length > 1) {
        row.remove();
        if (!offers.querySelector("input[type=radio]:checked")) offers.querySelector("input[type=radio]").checked = true;
        changed(offers);
        offers.querySelector("input[type=text]")?.focus();
      }
    }
    const quick = event.target.closest("[data-minutes]");
    if (quick) {
      const field = byId(quick.dataset.for);
      field.value = quick.dataset.minutes;
      changed(field);
    }
  });
  const showQuick = () => document.querySelectorAll("[data-minutes]").forEach((button) => {
    button.setAttribute("aria-pressed", String(byId(button.dataset.for)?.value === button.dataset.minutes));
  });
  document.addEventListener("input", (event) => { showQuick(); if (event.target.closest?.("form[data-quote]")) unsaved = true; });
  document.addEventListener("htmx:afterSettle", (event) => {
    showQuick();
    // A row that was just added is typed into at once.
    const added = event.detail.target.matches?.(".offers") && event.detail.target.querySelector(".offer:last-child input[type=text]");
    if (added) added.focus();
    document.querySelectorAll(".thread").forEach((thread) => { thread.scrollTop = thread.scrollHeight; });
  });

  // Leaving a half-written quote asks first.
  let unsaved = false;
  document.addEventListener("submit", (event) => { if (event.target.matches("form[data-quote]")) unsaved = false; });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.querySelector?.("[data-error-summary]")) unsaved = true; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  const start = () => {
    showQuick();
    document.querySelectorAll(".thread").forEach((thread) => { thread.scrollTop = thread.scrollHeight; });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
