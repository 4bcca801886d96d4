// scanner.js: a code from wherever it comes, told as one event.
//
//   document.addEventListener("clutch:scan", (event) => event.detail)
//       {code, source: "scanner" | "camera" | "photo", found}; `found` is what the server said a photo
//       means (POST /api/v1/inventory/barcode/scan), and absent where nobody was asked yet
//
//   A hardware scanner types its code in a burst and ends it with Enter or Tab. It is heard with the
//   focus anywhere; what it typed into a field is taken out again. A person's typing is left alone.
//   Letters are read from the keys themselves when the keyboard is set to Arabic.
//
//   <button data-camera>          opens <dialog id="camera" data-scan-url data-shop>; data-camera="stay"
//                                 keeps it open after a code
//   <input type="file" data-scan-photo>   a photo instead, where there is no camera to be had
//   [data-scan-keep]              a field that wants the code as its text

(() => {
  "use strict";

  const tell = (code, source, found) => {
    document.dispatchEvent(new CustomEvent("clutch:scan", { detail: { code, source, found } }));
  };

  // --- the keyboard wedge ---

  // Milliseconds between two keys, by the keys' own times: a busy page does not slow them.
  const LONGEST_GAP = 100;
  const MEAN_GAP = { short: 35, long: 60 };
  const LONG = 8;
  const SHORTEST = 4;
  const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
  const SIGNS = {
    Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:",
    Quote: "'\"", Backquote: "`~", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
    NumpadSubtract: "--", NumpadAdd: "++", NumpadDivide: "//", NumpadMultiply: "**", NumpadDecimal: "..",
  };
  const SHIFTED_DIGITS = ")!@#$%^&*(";
  const GROUP_SEPARATOR = "\u001d";

  // What the key would type on the keyboard that scanners imitate (US), "" for keys that type nothing.
  const physical = (event) => {
    const { code, shiftKey } = event;
    if (/^Key[A-Z]$/.test(code)) {
      const upper = shiftKey !== event.getModifierState("CapsLock");
      return upper ? code[3] : code[3].toLowerCase();
    }
    if (/^Digit\d$/.test(code)) return shiftKey ? SHIFTED_DIGITS[code[5]] : code[5];
    if (/^Numpad\d$/.test(code)) return code[6];
    return SIGNS[code]?.[shiftKey ? 1 : 0] || "";
  };

  const isText = (element) => element?.matches?.("input, textarea, select") && !element.matches("[type=checkbox], [type=radio], [type=button], [type=submit], [type=file]");

  let burst = null;

  const begin = (event) => {
    const field = isText(event.target) ? event.target : null;
    let start = null, end = null;
    try { start = field?.selectionStart; end = field?.selectionEnd; } catch { /* a field without a caret */ }
    return { keys: [], first: event.timeStamp, last: event.timeStamp, field, value: field?.value, start, end };
  };

  const isScan = (event) => {
    const count = burst.keys.length;
    if (count < SHORTEST || event.timeStamp - burst.last > LONGEST_GAP) return false;
    const mean = (burst.last - burst.first) / (count - 1);
    return mean <= (count >= LONG ? MEAN_GAP.long : MEAN_GAP.short);
  };

  // On an Arabic keyboard letters come as Arabic ones, and some with Shift as signs.
  const textOf = (keys) => {
    const foreign = keys.some(({ typed, code, meant }) =>
      [...typed].some((c) => c > "~" && meant !== GROUP_SEPARATOR) || (/^Key/.test(code) && !/^[A-Za-z]$/.test(typed) && meant !== GROUP_SEPARATOR));
    return keys.map(({ typed, meant }) => (foreign || meant === GROUP_SEPARATOR ? meant : typed)).join("").trim();
  };

  const takeBack = () => {
    const { field, value, start, end } = burst;
    if (!field || !field.isConnected) return;
    field.value = value;
    try { if (start !== null) field.setSelectionRange(start, end); } catch { /* a field without a caret */ }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("keydown", (event) => {
    if (["Shift", "CapsLock", "Control", "AltGraph"].includes(event.key)) return;
    if (ENDS.has(event.code) || event.key === "Enter" || event.key === "Tab") {
      const heard = burst && isScan(event) ? burst : null;
      if (heard && !event.target.closest?.("[data-scan-keep]")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        const code = textOf(heard.keys);
        takeBack();
        burst = null;
        if (code) tell(code, "scanner");
        return;
      }
      burst = null;
      return;
    }
    const separator = event.ctrlKey && event.code === "BracketRight";
    const meant = separator ? GROUP_SEPARATOR : physical(event);
    if (event.repeat || event.isComposing || event.metaKey || event.altKey || (event.ctrlKey && !separator) || !meant) {
      burst = null;
      return;
    }
    if (!burst || event.timeStamp - burst.last > LONGEST_GAP || burst.field !== (isText(event.target) ? event.target : null)) burst = begin(event);
    burst.last = event.timeStamp;
    burst.keys.push({ typed: event.key.length <= 2 ? event.key : meant, code: event.code, meant });
    // Beside a field nothing is typed; but a space would press the button that has the focus.
    if (separator || (!burst.field && burst.keys.length > 1 && !event.target.isContentEditable)) event.preventDefault();
  }, true);

  // --- the camera ---

  const dialog = () => document.getElementById("camera");
  const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "data_matrix", "qr_code", "itf"];
  const LOOK_EVERY = 150;
  const ASK_EVERY = 600;
  const GONE_AFTER = 900;
  const WIDEST = 1280;

  let stream = null;
  let timer = 0;
  let seen = { code: "", at: 0 };

  const beep = () => {
    navigator.vibrate?.(40);
    try {
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = 0.08;
      tone.frequency.value = 1400;
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.07);
      tone.onended = () => audio.close();
    } catch { /* no sound on this machine */ }
  };

  const detector = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const known = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    const formats = FORMATS.filter((name) => known.includes(name));
    return formats.length ? new window.BarcodeDetector({ formats }) : null;
  };

  const ask = async (photo) => {
    const form = new FormData();
    form.append("photo", photo, "photo.jpg");
    if (dialog()?.dataset.shop) form.append("shopId", dialog().dataset.shop);
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    const answer = await fetch(dialog()?.dataset.scanUrl || "/api/v1/inventory/barcode/scan", {
      method: "POST", body: form, headers: { "X-CSRFToken": token || "", "X-Requested-With": "fetch" }, credentials: "same-origin",
    });
    return answer.ok ? answer.json() : Promise.reject(answer);
  };

  const frameOf = (video) => new Promise((done) => {
    const scale = Math.min(1, WIDEST / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(done, "image/jpeg", 0.75);
  });

  // The same code counts again once it has been out of the picture.
  const report = (code, found) => {
    const now = performance.now();
    const again = code === seen.code && now - seen.at < GONE_AFTER;
    seen = { code, at: now };
    if (again) return;
    beep();
    tell(code, "camera", found);
    if (!dialog().dataset.stay) close();
  };

  const look = async (video, reader) => {
    if (!stream) return;
    let wait = LOOK_EVERY;
    if (video.readyState >= 2 && video.videoWidth) {
      try {
        if (reader) {
          const [first] = await reader.detect(video);
          if (first?.rawValue) report(first.rawValue);
        } else {
          wait = ASK_EVERY;
          const found = await ask(await frameOf(video));
          if (found.kind !== "nothing") report(found.code, found);
        }
      } catch { wait = 2000; }
    }
    if (stream) timer = setTimeout(() => look(video, reader), wait);
  };

  const say = (name) => {
    const box = dialog()?.querySelector("[data-camera-says]");
    if (box) box.textContent = name ? box.dataset[name] || "" : "";
  };

  const close = () => {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    const box = dialog();
    if (box?.open) box.close();
  };

  const open = async (stay) => {
    const box = dialog();
    if (!box) return;
    if (stay) box.dataset.stay = "1"; else delete box.dataset.stay;
    seen = { code: "", at: 0 };
    box.querySelector("video").hidden = true;
    box.showModal();
    say("starting");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch {
      // No camera, no permission, or a page without https: a photo does the same.
      say("none");
      return;
    }
    if (!box.open) { close(); return; }
    const video = box.querySelector("video");
    video.srcObject = stream;
    video.hidden = false;
    await video.play().catch(() => {});
    say("ready");
    look(video, await detector());
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-camera]");
    if (button) open(button.dataset.camera === "stay");
    if (event.target.closest("[data-close-camera]")) close();
  });
  document.addEventListener("close", (event) => { if (event.target === dialog()) close(); }, true);
  window.addEventListener("pagehide", close);

  document.addEventListener("change", async (event) => {
    const input = event.target.closest?.("[data-scan-photo]");
    if (!input?.files.length) return;
    const [photo] = input.files;
    say("reading");
    try {
      const found = await ask(photo);
      if (found.kind === "nothing") { say("nothing"); window.clutchToast?.(input.dataset.nothing); return; }
      beep();
      say("");
      if (!dialog()?.dataset.stay) close();
      tell(found.code, "photo", found);
    } catch { say("failed"); window.clutchToast?.(document.querySelector("[data-texts]")?.dataset.failed); }
    finally { input.value = ""; }
  });
})();
