// request.js: rows of parts, photos and the VIN of the request form. Without it the form works by
// submitting; with it nothing reloads.

(() => {
  "use strict";

  const form = document.querySelector("[data-request-form]");
  if (!form) return;
  const holder = form.querySelector("[data-rows]");
  const template = form.querySelector("[data-row-template]");
  const total = form.querySelector("[name=parts-TOTAL_FORMS]");
  const shown = () => [...holder.querySelectorAll("[data-row]:not([hidden])")];

  // --- rows ---

  const number = () => shown().forEach((row, index) => {
    const legend = row.querySelector("legend");
    legend.textContent = legend.textContent.replace(/\d+|__number__/, String(index + 1));
  });
  const buttons = () => {
    const rows = shown();
    rows.forEach((row) => { row.querySelector("[data-remove-row]").hidden = rows.length < 2; });
  };

  const add = () => {
    const index = Number(total.value);
    const box = document.createElement("div");
    box.innerHTML = template.innerHTML.replaceAll("__prefix__", String(index));
    const row = box.firstElementChild;
    holder.append(row);
    total.value = String(index + 1);
    number();
    buttons();
    row.querySelector("input[type=text]").focus();
  };

  const remove = (row) => {
    row.querySelector("[data-delete]").checked = true;
    row.hidden = true;
    number();
    buttons();
    shown().at(-1)?.querySelector("input[type=text]").focus();
  };

  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-row]")) { event.preventDefault(); add(); return; }
    const removing = event.target.closest("[data-remove-row]");
    if (removing) { event.preventDefault(); remove(removing.closest("[data-row]")); return; }
    const dropping = event.target.closest("[data-drop-photo]");
    if (dropping) {
      const row = dropping.closest("[data-row]");
      dropping.closest("li").remove();
      note(row);
      row.querySelector("[data-photo-input]").focus();
    }
    const fill = event.target.closest("[data-fill-make]");
    if (fill) { take(fill, true); form.querySelector("[name=make]").focus(); }
  });

  // --- photos: made smaller here, sent at once, remembered by a token ---

  const note = (row) => {
    row.querySelector("[name$=-kept]").value = [...row.querySelectorAll("[data-token]")].map((li) => li.dataset.token).join(",");
  };

  const LONGEST = 1600;
  const smaller = async (file) => {
    if (!window.createImageBitmap || file.size < 400000) return file;
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
    } catch { return file; } // no image: the server says so in words
  };

  const send = async (input) => {
    const row = input.closest("[data-row]");
    const list = row.querySelector("[data-photo-list]");
    const problem = row.querySelector("[data-photo-problem]");
    problem.replaceChildren();
    const button = row.querySelector(".photo-button");
    button.setAttribute("aria-busy", "true");
    const files = [...input.files];
    let refused = false;
    for (const file of files) {
      const body = new FormData();
      body.append("photo", await smaller(file));
      try {
        const answer = await fetch(form.dataset.photosUrl, {
          method: "POST", body, credentials: "same-origin",
          headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, "HX-Request": "true" },
        });
        const box = document.createElement(answer.ok ? "ul" : "div");
        box.innerHTML = await answer.text();
        if (answer.ok) list.append(...box.children); else problem.append(...box.children);
      } catch { refused = true; } // offline: the files stay in the field and go with the form
    }
    if (!refused) input.value = "";
    button.removeAttribute("aria-busy");
    note(row);
  };
  form.addEventListener("change", (event) => { if (event.target.matches("[data-photo-input]")) send(event.target); });

  // --- VIN: fills what is empty, never what was typed ---

  const take = (source, over) => {
    for (const name of ["make", "model", "year"]) {
      const field = form.querySelector(`[name=${name}]`);
      const value = source.dataset[`fill${name[0].toUpperCase()}${name.slice(1)}`];
      if (value && (over || !field.value)) {
        field.value = value;
        if (name === "make") window.htmx?.trigger(field, "change");
      }
    }
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "vin-result") return;
    const found = event.detail.target.querySelector("[data-fill-make]");
    if (found && !form.querySelector("[name=make]").value) take(found, false);
  });

  number();
  buttons();
})();
