// map.js: a map to look at, or to pick a point on, with the coordinates in two inputs.
//
//   <div data-map data-lat="id_latitude" data-lon="id_longitude" data-centre="30.04,31.23"
//        data-tiles="" data-attribution="" data-label="…"></div>            picks a point
//   <div data-map data-points='[{"lat":30.0,"lon":31.2,"kind":"shop","label":"…"}]'></div>   shows points
//   <button type="button" data-locate data-lat="id_latitude" data-lon="id_longitude">my location
//
// By keyboard: arrows move the map under the pin, Enter puts the pin in the middle. Without a tile
// address the ground is a plain grid, and no other host is asked for anything.

(() => {
  "use strict";

  const texts = document.querySelector("[data-texts]")?.dataset || {};
  const PIN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" stroke="#fff" stroke-width="1" d="M12 22.5c5.500-6 7.500-9.200 7.500-12.500a7.500 7.500 0 0 0-15 0c0 3.300 2 6.500 7.500 12.500z"/><circle cx="12" cy="10" r="2.800" fill="#fff"/></svg>';
  const pin = (kind) => L.divIcon({ html: PIN, className: `pin ${kind || ""}`, iconSize: [38, 38], iconAnchor: [19, 36] });

  const grid = () => {
    const Grid = L.GridLayer.extend({
      createTile() {
        const size = this.getTileSize();
        const tile = document.createElement("canvas");
        tile.width = size.x;
        tile.height = size.y;
        const pen = tile.getContext("2d");
        const line = getComputedStyle(document.documentElement).getPropertyValue("--c-line-strong") || "#ddd";
        pen.strokeStyle = line;
        pen.globalAlpha = 0.35;
        for (let at = 0; at <= size.x; at += 64) {
          pen.lineWidth = at % 256 ? 1 : 2;
          pen.beginPath(); pen.moveTo(at, 0); pen.lineTo(at, size.y); pen.moveTo(0, at); pen.lineTo(size.x, at); pen.stroke();
        }
        return tile;
      },
    });
    return new Grid();
  };

  const make = (holder) => {
    if (holder.dataset.ready || !window.L) return;
    holder.dataset.ready = "1";
    const { tiles, attribution, centre, lat, lon } = holder.dataset;
    const points = JSON.parse(holder.dataset.points || "[]");
    const middle = (centre || "30.0444,31.2357").split(",").map(Number);
    const map = L.map(holder, { attributionControl: Boolean(tiles), zoomControl: true, scrollWheelZoom: false });
    (tiles ? L.tileLayer(tiles, { attribution, maxZoom: 19 }) : grid()).addTo(map);
    new ResizeObserver(() => map.invalidateSize()).observe(holder);
    holder.setAttribute("role", "application");
    if (holder.dataset.label) holder.setAttribute("aria-label", holder.dataset.label);

    if (points.length) {
      points.forEach((p) => L.marker([p.lat, p.lon], { icon: pin(p.kind), alt: p.label || "", title: p.label || "", keyboard: false }).addTo(map));
      map.fitBounds(L.latLngBounds(points.map((p) => [p.lat, p.lon])).pad(0.35), { maxZoom: 15 });
    }
    if (!lat) { if (!points.length) map.setView(middle, 12); return; }

    const latInput = document.getElementById(lat);
    const lonInput = document.getElementById(lon);
    let marker;
    const read = () => {
      const at = [parseFloat(latInput.value), parseFloat(lonInput.value)];
      return Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
    };
    const put = (at, { write = true, move = false } = {}) => {
      if (!marker) {
        marker = L.marker(at, { icon: pin(), draggable: true, keyboard: false, alt: texts.pin || "" }).addTo(map);
        marker.on("dragend", () => put(marker.getLatLng()));
      }
      marker.setLatLng(at);
      if (move) map.setView(at, Math.max(map.getZoom() || 0, 15));
      if (!write) return;
      const point = L.latLng(at).wrap();
      latInput.value = point.lat.toFixed(6);
      lonInput.value = point.lng.toFixed(6);
      [latInput, lonInput].forEach((input) => input.dispatchEvent(new Event("change", { bubbles: true })));
    };
    holder.clutchPut = (at) => put(at, { move: true });
    map.setView(read() || middle, read() ? 15 : 12);
    if (read()) put(read(), { write: false });
    map.on("click", (event) => put(event.latlng));
    holder.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && event.target === holder) { event.preventDefault(); put(map.getCenter()); }
    });
    [latInput, lonInput].forEach((input) => input.addEventListener("input", () => { if (read()) put(read(), { write: false, move: true }); }));
  };

  const locate = (button) => {
    const holder = document.querySelector(`[data-map][data-lat="${button.dataset.lat}"]`);
    const fail = () => { button.removeAttribute("aria-busy"); window.clutchToast?.(texts.noLocation); };
    if (!navigator.geolocation) { fail(); return; }
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition((found) => {
      button.removeAttribute("aria-busy");
      const at = [found.coords.latitude, found.coords.longitude];
      if (holder?.clutchPut) { holder.clutchPut(at); return; }
      document.getElementById(button.dataset.lat).value = at[0].toFixed(6);
      document.getElementById(button.dataset.lon).value = at[1].toFixed(6);
    }, fail, { enableHighAccuracy: true, timeout: 15000 });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    if (button) locate(button);
  });
  const all = (root) => root.querySelectorAll?.("[data-map]").forEach(make);
  document.addEventListener("htmx:afterSettle", (event) => all(event.detail.target.parentNode || document));
  const start = () => all(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
