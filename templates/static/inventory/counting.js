// counting.js: a phone counts, with or without a network.
//
// What is counted is an entry with a key of its own. It is written into this browser's storage first,
// each under its own name so that two tabs never overwrite one another, and sent afterwards, one after
// the other. An entry is forgotten only when its answer is there; the server knows the key, so what is
// sent twice counts once. What stands on the screen is what the server said plus what still waits.
//
// On the page of the count only the sending runs, with the notice that something waits.

(() => {
  "use strict";

  const root = document.querySelector("[data-count]");
  if (!root) return;
  const $ = (name) => root.querySelector(`[data-${name}]`);
  const text = (name) => root.getAttribute(`data-t-${name}`) || "";
  const csrf = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const PREFIX = `clutch-count-${root.dataset.countId}-${root.dataset.user}-`;
  // The server's clock counts: what is sold meanwhile is compared by it.
  const AHEAD = Date.parse(root.dataset.now) - Date.now();
  const isoNow = () => new Date(Date.now() + (Math.abs(AHEAD) > 3000 ? AHEAD : 0)).toISOString();
  const newKey = () => crypto.randomUUID?.() || "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const whole = (words) => {
    const plain = String(words).trim().replace(/[\u0660-\u0669]/g, (d) => d.charCodeAt(0) - 0x660).replace(/[\u06f0-\u06f9]/g, (d) => d.charCodeAt(0) - 0x6f0);
    return /^\d{1,6}$/.test(plain) ? Number(plain) : null;
  };

  // --- what waits in the storage ---

  let order = 0;
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}e-`)).sort();
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const waiting = () => names().map((name) => ({ name, ...read(name) })).filter((entry) => entry.key);
  const remember = (name, value) => { try { localStorage.setItem(PREFIX + name, JSON.stringify(value)); } catch { /* only a convenience */ } };

  const put = (entry) => {
    const name = `${PREFIX}e-${String(Date.now()).padStart(15, "0")}-${String((order += 1)).padStart(6, "0")}-${entry.key}`;
    try { localStorage.setItem(name, JSON.stringify(entry)); } catch { problem(text("full")); return false; }
    return true;
  };

  // --- sending ---

  let sending = false;
  let timer;
  let delay = 1000;
  const LONGEST = 30000;
  const later = () => { clearTimeout(timer); timer = setTimeout(send, delay); delay = Math.min(delay * 2, LONGEST); };

  const post = (entry) => fetch(root.dataset.entriesUrl, {
    method: "POST", credentials: "same-origin", signal: AbortSignal.timeout(20000),
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({
      key: entry.key, kind: entry.kind, quantity: entry.quantity, binId: entry.binId, countedAt: entry.countedAt, note: entry.note || "",
      ...(entry.partId ? { partId: entry.partId } : { code: entry.code }),
    }),
  });

  // One entry. True: go on with the next.
  const sendOne = async (entry) => {
    let answer;
    try { answer = await post(entry); } catch { later(); return false; }
    const said = await answer.json().catch(() => null);
    if (answer.ok && said) {
      localStorage.removeItem(entry.name);
      delay = 1000;
      took(entry, said);
      return true;
    }
    const refusal = said?.errors?.map((error) => error.message || error.detail).filter(Boolean).join(" ") || said?.detail || "";
    if (answer.status === 401 || answer.status === 403) { refused(refusal || text("sign-in")); return false; }
    if (answer.ok || answer.status >= 500 || [408, 425, 429].includes(answer.status)) { later(); return false; }
    const kept = read(entry.name);
    if (kept) localStorage.setItem(entry.name, JSON.stringify({ ...kept, refused: refusal || String(answer.status) }));
    return answer.status !== 409;
  };

  async function send() {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const entry = waiting().find((one) => !one.refused);
        if (!entry || !(await sendOne(entry))) break;
      }
    } finally { sending = false; }
    tell();
  }

  const again = () => { delay = 1000; send(); };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });

  const refused = (words) => { $("refused-text").textContent = words; $("refused").hidden = !words; };
  function tell() {
    const all = waiting();
    const stuck = all.filter((entry) => entry.refused);
    const left = all.length - stuck.length;
    $("waiting").textContent = left ? text("waiting").replace("{n}", left) : "";
    $("waiting").hidden = !left;
    if (stuck.length) refused([...new Set(stuck.map((entry) => `${entry.code || entry.number || ""} ${entry.quantity}: ${entry.refused}`))].slice(0, 5).join(" "));
    $("throw-away").hidden = !stuck.length;
    if (!stuck.length && !left) refused("");
  }
  $("throw-away").addEventListener("click", () => { waiting().filter((entry) => entry.refused).forEach((entry) => localStorage.removeItem(entry.name)); tell(); draw(); });
  // What was refused may be taken now: the sheet was opened again, somebody signed in.
  waiting().filter((entry) => entry.refused).forEach((entry) => { const { name, refused: _was, ...rest } = entry; localStorage.setItem(name, JSON.stringify(rest)); });

  // Handing in comes after sending.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-after-sending]") || !waiting().length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell();
    window.clutchToast?.($("waiting").textContent || $("refused-text").textContent);
    again();
  }, true);

  // --- the page on which it is counted ---

  const page = $("count-here");
  const bins = page ? JSON.parse(document.getElementById("count-bins").textContent) : [];
  const codes = read(`${PREFIX}codes`) || {};    // what a code turned out to be: its part
  const parts = read(`${PREFIX}parts`) || {};    // what the parts are called
  const rows = new Map();                        // of the bin: ref → {ref, partId, code, counted, …} as the server said
  const done = [];                               // what can be taken back
  let bin;                                       // undefined: not chosen; null: none
  let current = "";

  const refOf = ({ partId, code }) => (partId ? `p:${partId}` : codes[code] ? `p:${codes[code]}` : `c:${code}`);
  const rowOf = (ref) => {
    const saved = rows.get(ref);
    if (saved) return saved;
    const id = ref.slice(2);
    return ref.startsWith("p:") ? { ref, partId: id, ...parts[id], counted: null } : { ref, code: id, counted: null };
  };
  const here = () => waiting().filter((entry) => (entry.binId ?? null) === bin && !entry.refused);
  const shown = (ref) => here().filter((entry) => refOf(entry) === ref).reduce((sum, entry) => {
    if (entry.kind === "reset") return null;
    return entry.kind === "total" ? entry.quantity : Math.max(0, (sum ?? 0) + entry.quantity);
  }, rowOf(ref).counted);

  const problem = (words) => { const box = $("problem"); if (box) { box.textContent = words || ""; box.hidden = !words; } };
  // Said to a screen reader, and in the camera's dialog, which covers the page while it stays open.
  const say = (words) => {
    for (const box of [$("said"), document.querySelector("#camera[open] [data-camera-says]")]) if (box) box.textContent = words;
  };

  const learn = (part) => { parts[part.id] = { name: part.name, number: part.number, brand: part.brand }; remember("parts", parts); };

  // An answer: the line as it stands now, or the code that nobody knows.
  function took(entry, said) {
    if (!page) return;
    const before = refOf(entry);
    if (said.line) {
      const { part } = said.line;
      learn(part);
      if (entry.code) { codes[entry.code] = part.id; remember("codes", codes); }
      rows.delete(`c:${entry.code}`);
      if ((entry.binId ?? null) === bin) rows.set(`p:${part.id}`, { ref: `p:${part.id}`, partId: part.id, ...parts[part.id], counted: said.line.counted, expected: said.line.expected });
    } else if ((entry.binId ?? null) === bin) {
      const old = rows.get(before);
      rows.delete(before);
      if (said.unknown) rows.set(before, { ref: before, code: entry.code, counted: said.unknown.quantity, note: said.unknown.note, candidates: said.candidates, asked: old?.asked });
    }
    if (current === before) spoken(refOf(entry));
    draw();
    tell();
  }

  const spoken = (ref) => {
    current = ref;
    const row = rows.get(ref);
    if (row?.code && !row.asked) { row.asked = true; say(`${row.code}: ${stateOf(row)}`); } else if (row?.name) say(`${row.name}: ${shown(ref)}`);
  };

  const stateOf = (row) => (row.candidates?.length ? text("which") : row.code && row.counted !== null ? text("unknown") : "");

  function draw() {
    if (!page) return;
    $("choose-bin").hidden = bin !== undefined;
    page.hidden = bin === undefined;
    if (bin === undefined) return;
    $("bin-name").textContent = bins.find((one) => one.id === bin)?.code || text("no-bin");
    const refs = [...new Set([...here().map(refOf).reverse(), ...rows.keys()])];
    const list = refs.map((ref) => ({ ...rowOf(ref), total: shown(ref), unsent: here().some((entry) => refOf(entry) === ref) })).filter((row) => row.total !== null);
    const template = document.getElementById("count-row").content.firstElementChild;
    $("list").replaceChildren(...list.map((row) => {
      const item = template.cloneNode(true);
      const slot = (name, value) => { item.querySelector(`[data-slot=${name}]`).textContent = value; };
      slot("name", row.name || row.code);
      slot("number", row.number || "");
      slot("note", [row.brand, row.note].filter(Boolean).join(" · "));
      slot("count", row.total);
      slot("state", row.unsent ? text("sending") : stateOf(row));
      item.querySelector("[data-row]").dataset.row = row.ref;
      item.classList.toggle("current", row.ref === current);
      return item;
    }));
    $("list-empty").hidden = list.length > 0;
    drawNow();
  }

  function drawNow() {
    const total = current ? shown(current) : null;
    $("now-card").hidden = !current || (total === null && !done.length);
    if (!current) return;
    const row = rowOf(current);
    const unsent = here().some((entry) => refOf(entry) === current);
    $("now-name").textContent = row.name || row.code || "";
    $("now-number").textContent = [row.number, row.brand].filter(Boolean).join(" · ");
    $("now-books").textContent = row.expected === null || row.expected === undefined ? "" : text("books").replace("{n}", row.expected);
    $("now-state").textContent = unsent ? text("sending") : stateOf(row);
    if (document.activeElement !== $("quantity")) $("quantity").value = total ?? 0;
    $("less").disabled = !total;
    const which = row.candidates || [];
    $("which").hidden = !which.length;
    $("which-list").replaceChildren(...which.map((part) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary";
      button.textContent = [part.brand, part.name, part.number].filter(Boolean).join(" · ");
      button.addEventListener("click", () => pick(row, part));
      return button;
    }));
    $("note-form").hidden = !row.code || which.length > 0 || !total;
    const note = root.querySelector("#count-note");
    if (document.activeElement !== note) note.value = row.note || "";
    $("undo").disabled = !done.length;
  }

  // --- counting ---

  const entryOf = (row) => (row.partId ? { partId: row.partId, number: row.number } : { code: row.code });
  const push = (what, undoable = true) => {
    const ref = refOf(what);
    const before = shown(ref);
    const entry = { key: newKey(), binId: bin, countedAt: isoNow(), ...what };
    if (!put(entry)) return false;
    if (undoable) { done.push({ entry, before }); if (done.length > 50) done.shift(); }
    current = ref;
    problem("");
    draw();
    const row = rowOf(ref);
    say(`${row.name || row.code}: ${shown(ref) ?? 0}`);
    send();
    return true;
  };

  const one = (what) => push({ kind: "add", quantity: 1, ...what });

  const pick = (row, part) => {
    const units = shown(row.ref) || 1;
    learn(part);
    push({ kind: "add", quantity: -units, code: row.code }, false);
    push({ kind: "add", quantity: units, partId: part.id, number: part.number });
    $("quantity").focus({ preventScroll: true });
    $("quantity").blur();
  };

  const undo = () => {
    const last = done.pop();
    if (!last || (last.entry.binId ?? null) !== bin) return;
    const { kind, quantity, partId, code, number } = last.entry;
    const what = { partId, code, number };
    if (kind === "add") push({ kind: "add", quantity: -quantity, ...what }, false);
    else push(last.before === null ? { kind: "reset", quantity: 0, ...what } : { kind: "total", quantity: last.before, ...what }, false);
    say(text("taken-back"));
  };

  const binOf = (code) => {
    const plain = code.trim().toLowerCase();
    const labelled = bins.find((place) => place.label && place.label.toLowerCase() === plain);
    return labelled || (bin === undefined ? bins.find((place) => place.code.toLowerCase() === plain) : undefined);
  };

  const scanned = (code) => {
    if (!code) return;
    const place = binOf(code);
    if (place) { choose(place); return; }
    if (bin === undefined) { problem(text("bin-first")); return; }
    one({ code });
  };

  // --- the bin ---

  const choose = (place) => {
    if (place && !place.covered) { problem(text("other-bin").replace("{code}", place.code)); return; }
    bin = place ? place.id : null;
    current = "";
    done.length = 0;
    rows.clear();
    problem("");
    try { sessionStorage.setItem(`${PREFIX}bin`, bin ?? ""); } catch { /* asked again after a reload */ }
    draw();
    say(place ? place.code : text("no-bin"));
    fill();
  };

  // What the sheet has of this bin already. Without a network the list shows what this phone counted.
  const fill = async () => {
    const mine = bin;
    let found;
    try {
      const answer = await fetch(`${root.dataset.binUrl}?${new URLSearchParams({ bin: mine ?? "" })}`, { credentials: "same-origin", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15000) });
      if (!answer.ok) return;
      found = await answer.json();
    } catch { return; }
    if (mine !== bin) return;
    for (const line of found.lines) {
      learn({ id: line.partId, ...line });
      const ref = `p:${line.partId}`;
      if (!rows.has(ref)) rows.set(ref, { ref, ...line });
    }
    for (const row of found.unknown) if (!rows.has(`c:${row.code}`)) rows.set(`c:${row.code}`, { ref: `c:${row.code}`, ...row });
    draw();
  };

  const offer = (words) => {
    const wanted = words.trim().toLowerCase();
    const covered = bins.filter((place) => place.covered && (!wanted || `${place.code} ${place.name}`.toLowerCase().includes(wanted)));
    const buttons = covered.slice(0, 200).map((place) => ({ label: place.code, title: place.name, place }));
    if (!wanted && !bins.some((place) => !place.covered)) buttons.push({ label: text("no-bin"), place: null });
    $("bins").replaceChildren(...buttons.map(({ label, title, place }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary";
      button.textContent = label;
      if (title) button.title = title;
      button.addEventListener("click", () => choose(place));
      return button;
    }));
  };

  if (page) {
    document.addEventListener("clutch:scan", (event) => scanned(event.detail.code));
    $("code-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = root.querySelector("#code");
      scanned(field.value.trim());
      field.value = "";
    });
    $("less").addEventListener("click", () => { if (shown(current)) push({ kind: "add", quantity: -1, ...entryOf(rowOf(current)) }); });
    $("more").addEventListener("click", () => one(entryOf(rowOf(current))));
    const field = $("quantity");
    field.addEventListener("focus", () => field.select());
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") field.blur(); });
    field.addEventListener("change", () => {
      const value = whole(field.value);
      if (value === null) { problem(text("number")); field.value = shown(current) ?? 0; return; }
      if (value !== shown(current)) push({ kind: "total", quantity: value, ...entryOf(rowOf(current)) });
    });
    field.addEventListener("blur", () => draw());
    $("undo").addEventListener("click", undo);
    $("list").addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (!row) return;
      current = row.dataset.row;
      draw();
      $("now-card").scrollIntoView({ block: "center" });
      $("quantity").focus({ preventScroll: true });
    });
    $("note-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const row = rowOf(current);
      const note = root.querySelector("#count-note").value.trim();
      if (note && push({ kind: "add", quantity: 0, code: row.code, note }, false)) { if (rows.has(row.ref)) rows.get(row.ref).note = note; say(text("kept-note")); }
    });
    $("change-bin").addEventListener("click", () => { bin = undefined; current = ""; problem(""); draw(); root.querySelector("#bin-find").focus({ preventScroll: true }); });
    $("bin-find").addEventListener("input", (event) => offer(event.target.value));
    let typing;
    $("find").addEventListener("input", (event) => {
      clearTimeout(typing);
      typing = setTimeout(async () => {
        try {
          const answer = await fetch(`${root.dataset.findUrl}?${new URLSearchParams({ q: event.target.value })}`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
          if (answer.ok) $("found").innerHTML = await answer.text();
        } catch { problem(document.querySelector("[data-texts]")?.dataset.offline); }
      }, 250);
    });
    $("found").addEventListener("click", (event) => {
      const row = event.target.closest("[data-count-part]");
      if (!row) return;
      const { countPart: id, name, number, brand } = row.dataset;
      learn({ id, name, number, brand });
      one({ partId: id, number });
      $("found").replaceChildren();
      $("find").value = "";
      root.querySelector(".count-find").open = false;
    });
    offer("");
    let last = null;
    try { last = sessionStorage.getItem(`${PREFIX}bin`); } catch { /* no storage of the tab */ }
    const place = bins.find((one_) => one_.id === last);
    if (place || last === "" || !bins.length) choose(place || null); else draw();
  }
  tell();
  send();
})();
