// live.js: listens to the stream and asks the server for the fragments that changed.
//
// The socket says that something happened, the server says how it looks. In a template:
//
//   <section id="quotes" hx-get="{% url 'orders:quotes' order.number %}" hx-trigger="live" hx-swap="outerHTML"
//            data-live="new-quote quote-updated" data-live-order="{{ order.id }}">
//
//   data-live          types of frames that make this element refresh; "*" for all
//   data-live-order    only frames whose data.orderId is this one
//   data-live-shop     only frames of this shop (data.shopId, or the stream "shop/<id>")
//
// A refresh waits while somebody types inside the element. After a gap that cannot be replayed
// ("reset") every data-live element refreshes.
//
//   <time data-countdown datetime="2026-01-31T12:00:00Z" data-urgent="600" data-soon="1800">…</time>
//       ticks by the server's clock; at zero the nearest data-live element refreshes
//   <span data-unread></span>            holds the unread count (also in the title)
//   <div data-live-alert="new-parts-order" data-alert-title="…" data-alert-text="…">
//       plays a sound, and shows a desktop notification where a button allowed it
//   <button data-ask-notifications>      asks the browser's permission, by this press only
//   <button data-toggle-sound aria-pressed="false">
//   <p data-live-bar hidden>             shown while the connection is down
//
// Other scripts: document.addEventListener("clutch:frame", (event) => event.detail /* the frame */).

(() => {
  "use strict";

  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";
  const CURSOR = `clutch-cursor-${meta("live-user")}`;
  const QUIET = 250; // ms: frames that come together make one refresh
  const SLOWEST = 30000;
  const POLL = 5000;
  const PATIENCE = 8000;
  const SILENCE = 60000; // no frame, not even a heartbeat: the line is dead
  const RESET = "reset";
  const STATES = new Set(["heartbeat", "subscribed", RESET, "error"]);

  // --- the server's clock ---

  let offset = 0;
  const serverTime = Date.parse(meta("server-time"));
  if (serverTime) offset = serverTime - Date.now();
  const now = () => Date.now() + offset;

  // --- storage that may be refused ---

  const store = {
    get(area, key) { try { return window[area].getItem(key); } catch { return null; } },
    set(area, key, value) { try { window[area].setItem(key, value); } catch { /* private mode: next page starts anew */ } },
  };

  let cursor = meta("live-cursor") || store.get("sessionStorage", CURSOR) || "";

  // --- refreshing ---

  const waiting = new Map();

  const busy = (element) => {
    const active = document.activeElement;
    const typing = active && element.contains(active) && active.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    return typing || element.querySelector("dialog[open], [data-dirty]");
  };

  const refresh = (element) => {
    clearTimeout(waiting.get(element));
    waiting.set(element, setTimeout(() => {
      waiting.delete(element);
      if (!element.isConnected) return;
      if (busy(element)) { refresh(element); return; }
      window.htmx?.trigger(element, "live");
    }, busy(element) ? 1500 : QUIET));
  };

  const concerns = (element, frame) => {
    const types = element.dataset.live.split(/\s+/);
    if (!types.includes("*") && !types.includes(frame.type)) return false;
    const { liveOrder, liveShop } = element.dataset;
    if (liveOrder && frame.data?.orderId !== liveOrder) return false;
    if (liveShop && frame.data?.shopId !== liveShop && frame.stream !== `shop/${liveShop}`) return false;
    return true;
  };

  const refreshAll = () => document.querySelectorAll("[data-live]").forEach(refresh);

  // What was open or scrolled in a fragment stays so after its refresh.
  const opened = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    opened.clear();
    target.querySelectorAll?.("details[id]").forEach((d) => opened.set(d.id, d.open));
  });
  document.addEventListener("htmx:afterSettle", () => {
    opened.forEach((open, id) => { const d = document.getElementById(id); if (d) d.open = open; });
    tick();
  });

  // --- unread count and title ---

  const title = document.title;
  const showUnread = (count) => {
    document.querySelectorAll("[data-unread]").forEach((badge) => {
      badge.textContent = count > 99 ? "99+" : String(count || "");
      badge.hidden = !count;
    });
    document.title = count ? `(${count}) ${title}` : title;
  };
  // For the one case in which no frame says it: the stream begins anew.
  const countUnread = async () => {
    if (!document.querySelector("[data-unread]")) return;
    try {
      const answer = await fetch("/api/v1/notifications?pageSize=1", { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) showUnread((await answer.json()).unread);
    } catch { /* the next notification brings the number */ }
  };
  const firstBadge = document.querySelector("[data-unread]");
  if (firstBadge) showUnread(parseInt(firstBadge.textContent, 10) || 0);

  // --- sound and desktop notifications ---

  let audio;
  const chime = () => {
    try {
      audio ||= new AudioContext();
      [880, 1174.7].forEach((frequency, index) => {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        const start = audio.currentTime + index * 0.16;
        tone.frequency.value = frequency;
        volume.gain.setValueAtTime(0.0001, start);
        volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
        tone.connect(volume).connect(audio.destination);
        tone.start(start);
        tone.stop(start + 0.4);
      });
    } catch { /* no audio device */ }
  };
  const soundOn = () => store.get("localStorage", "clutch-sound") === "1";

  const alertOf = (frame) => {
    document.querySelectorAll("[data-live-alert]").forEach((element) => {
      if (!element.dataset.liveAlert.split(/\s+/).includes(frame.type)) return;
      if (soundOn()) chime();
      if (document.hidden && window.Notification?.permission === "granted") {
        const note = new Notification(element.dataset.alertTitle || title, { body: element.dataset.alertText || "", tag: frame.data?.orderId || frame.type });
        note.onclick = () => { window.focus(); if (element.dataset.alertUrl) location.assign(element.dataset.alertUrl); note.close(); };
      }
    });
  };

  const showButtons = () => {
    document.querySelectorAll("[data-toggle-sound]").forEach((b) => b.setAttribute("aria-pressed", String(soundOn())));
    document.querySelectorAll("[data-ask-notifications]").forEach((b) => { b.hidden = !window.Notification || Notification.permission !== "default"; });
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toggle-sound]")) {
      store.set("localStorage", "clutch-sound", soundOn() ? "0" : "1");
      if (soundOn()) chime();
      showButtons();
    } else if (event.target.closest("[data-ask-notifications]")) {
      Notification.requestPermission().then(showButtons);
    }
  });

  // --- frames ---

  const take = (frame) => {
    if (frame.id) { cursor = frame.id; store.set("sessionStorage", CURSOR, cursor); }
    // Subscribed: the stream begins here, and the page may have been drawn a moment earlier.
    if (frame.type === RESET || frame.type === "subscribed") {
      refreshAll();
      if (frame.stream?.startsWith("user/")) countUnread();
    }
    if (STATES.has(frame.type)) return;
    store.set("sessionStorage", `${CURSOR}-at`, String(Date.now()));
    if (frame.type.startsWith("notification") && frame.data?.unread !== undefined) showUnread(frame.data.unread);
    document.querySelectorAll("[data-live]").forEach((element) => { if (concerns(element, frame)) refresh(element); });
    alertOf(frame);
    document.dispatchEvent(new CustomEvent("clutch:frame", { detail: frame }));
  };

  // --- the connection: socket first, polling when sockets do not get through ---

  const bar = document.querySelector("[data-live-bar]");
  let barTimer;
  const connected = (up) => {
    document.documentElement.dataset.liveState = up ? "on" : "off";
    clearTimeout(barTimer);
    if (!bar) return;
    if (up) bar.hidden = true;
    else barTimer = setTimeout(() => { bar.hidden = false; }, 1500); // a short gap is nobody's business
  };

  // What arrived while this page was on its way moved the cursor on the page before it, which has
  // shown it to nobody: shortly after a frame, a new page asks once for everything.
  const ON_ITS_WAY = 10000;
  let mayHaveMissed = Date.now() - Number(store.get("sessionStorage", `${CURSOR}-at`) || 0) < ON_ITS_WAY;

  let socket;
  let failures = 0;
  let lastHeard = Date.now();
  let retry;
  let stopped = false;

  let polling = false;
  let answered = false;

  const lost = () => {
    connected(polling && answered); // polling may still get through
    failures += 1;
    if (failures > 2) poll();
    const wait = Math.min(SLOWEST, 500 * 2 ** Math.min(failures, 6));
    retry = setTimeout(connect, wait / 2 + Math.random() * wait / 2);
  };

  const connect = () => {
    clearTimeout(retry);
    if (stopped) return;
    const address = new URL("/ws/v1/stream", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (cursor) address.searchParams.set("after", cursor);
    let mine;
    try { mine = new WebSocket(address); } catch { lost(); return; } // a policy may forbid sockets altogether
    socket = mine;
    // Some browsers end a socket that a policy forbids without a word.
    const patience = setTimeout(() => over({}), PATIENCE);
    mine.onopen = () => {
      clearTimeout(patience);
      failures = 0;
      lastHeard = Date.now();
      connected(true);
      if (mayHaveMissed) { mayHaveMissed = false; refreshAll(); }
    };
    mine.onmessage = (message) => {
      lastHeard = Date.now();
      let frame;
      try { frame = JSON.parse(message.data); } catch { return; }
      take(frame);
    };
    const over = (event) => {
      clearTimeout(patience);
      if (socket !== mine) return;
      socket = undefined;
      mine.close();
      if (event.code === 4400) cursor = ""; // not a cursor of this server: begin anew
      // 4401: signed out; asking again changes nothing. 4403: a membership ended; the rest goes on.
      if (event.code === 4401) { stopped = true; return; }
      lost();
    };
    mine.onclose = over;
  };

  const poll = async () => {
    if (polling || stopped) return;
    polling = true;
    while (!stopped && socket?.readyState !== WebSocket.OPEN) {
      try {
        const address = new URL("/api/v1/stream", location.href);
        if (cursor) address.searchParams.set("after", cursor);
        const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (answer.status === 401 || answer.status === 403) { stopped = true; break; }
        if (answer.status === 400) cursor = "";
        answered = answer.ok;
        if (answer.ok) {
          const body = await answer.json();
          body.events.forEach(take);
          cursor = body.cursor;
          store.set("sessionStorage", CURSOR, cursor);
          connected(true);
        } else connected(false);
      } catch { answered = false; connected(false); }
      await new Promise((done) => setTimeout(done, POLL + Math.random() * 1000));
    }
    polling = false;
  };

  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && Date.now() - lastHeard > SILENCE) socket.close();
  }, 5000);
  window.addEventListener("online", () => { if (socket?.readyState !== WebSocket.OPEN) connect(); });
  window.addEventListener("pagehide", () => { stopped = true; socket?.close(); });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    stopped = !meta("live-user");
    if (!stopped) { connect(); refreshAll(); }
  });

  // --- countdowns ---

  const language = document.documentElement.lang || "en";
  // "1 h 59 min", as the server writes it; Intl would say "1 hr, 59 min".
  const unit = (value, name) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", numberingSystem: "latn" }).format(value).replace(/hrs?$/, "h");
  const words = (seconds) => {
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor((seconds % 86400) / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    const pair = (large, small, rest) => (rest ? `${large} ${small}` : large);
    if (days) return pair(unit(days, "day"), unit(hours, "hour"), hours);
    if (hours) return pair(unit(hours, "hour"), unit(minutes, "minute"), minutes);
    if (minutes >= 10) return unit(minutes, "minute");
    return `${String(minutes).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  };
  const tick = () => {
    document.querySelectorAll("time[data-countdown]").forEach((element) => {
      const left = Math.ceil((Date.parse(element.dateTime) - now()) / 1000);
      const text = words(Math.max(0, left));
      if (element.textContent !== text) element.textContent = text;
      element.classList.toggle("urgent", left < Number(element.dataset.urgent || 600));
      element.classList.toggle("soon", left >= Number(element.dataset.urgent || 600) && left < Number(element.dataset.soon || 1800));
      if (left <= 0 && !element.dataset.over) {
        element.dataset.over = "1";
        const holder = element.closest("[data-live]");
        if (holder) setTimeout(() => refresh(holder), 1000);
      }
    });
  };
  setInterval(tick, 1000);

  window.clutch = { now, refresh, refreshAll, chime };
  const start = () => {
    tick();
    showButtons();
    if (meta("live-user")) connect();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
