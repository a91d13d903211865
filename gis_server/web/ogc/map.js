/**
 * The features of a page of the OGC interface on a map. The page is whole without it: what the map
 * knows, it reads from the address that the page names, and it writes text as text.
 */
import { bboxOf } from "../map/bbox.js";
import { AttributionControl, Map as MapLibre, NavigationControl, Popup, ScaleControl } from "../../vendor/maplibre-gl/dist/maplibre-gl.mjs";

const FEATURES = "features";
const CLOSEST = { point: 16, shape: 18 };
const LINE = ["!=", ["geometry-type"], "Point"];
const CHOSEN = ["boolean", ["feature-state", "chosen"], false];
const COLOUR = {
  light: { plain: "#0b57b0", chosen: "#c2410c", halo: "#ffffff", back: "#f3f6f9" },
  dark: { plain: "#7cc0ff", chosen: "#ffb26b", halo: "#14181c", back: "#1d262e" },
};

const night = matchMedia("(prefers-color-scheme: dark)");
const theme = () => (night.matches ? "dark" : "light");

/** @param {string} url @returns {Promise<any>} */
async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/**
 * Return the features that have a place, numbered, and without what a map does not need.
 *
 * @param {any} document a list of features, or one
 */
function placed(document) {
  return (document.features ?? [document])
    .filter((/** @type {any} */ one) => one.geometry)
    .map((/** @type {any} */ one, /** @type {number} */ id) => ({ type: "Feature", id, geometry: one.geometry, properties: { id: String(one.id) } }));
}

/** @param {any[]} features @returns {[number, number, number, number]} */
function around(features) {
  return bboxOf({ geometries: features.map((one) => one.geometry).flatMap((one) => one.geometries ?? one) });
}

/**
 * Return the style: the background layers of the map application, the features above.
 *
 * @param {DOMStringMap} page what the page says
 * @param {any[]} features
 */
async function styled(page, features) {
  const { back } = COLOUR[theme()];
  const plain = { version: 8, sources: {}, layers: [{ id: "back", type: "background", paint: { "background-color": back } }] };
  const base = await read(`${page.styles}/${theme()}.json?lang=${document.documentElement.lang}`).catch(() => plain);
  const wanted = page.background?.split(",") ?? [];
  const layers = base.layers.filter((/** @type {any} */ one) => !one.metadata?.["gis:layer"] || wanted.includes(one.metadata["gis:layer"]));
  const used = new Set(layers.map((/** @type {any} */ one) => one.source));
  const sources = Object.fromEntries(Object.entries(base.sources).filter(([name]) => used.has(name)));
  sources[FEATURES] = { type: "geojson", data: { type: "FeatureCollection", features } };
  return { ...base, sources, layers: [...layers, ...drawn()] };
}

function drawn() {
  const { plain, chosen, halo } = COLOUR[theme()];
  const colour = ["case", CHOSEN, chosen, plain];
  const of = { source: FEATURES };
  return [
    { id: "areas", type: "fill", ...of, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": ["case", CHOSEN, 0.45, 0.2] } },
    { id: "lines", type: "line", ...of, filter: LINE, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": ["case", CHOSEN, 4, 1.75] } },
    {
      id: "points", type: "circle", ...of, filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": ["case", CHOSEN, 9, 5.5], "circle-color": colour, "circle-stroke-color": halo, "circle-stroke-width": 1.5 },
    },
  ];
}

/** @param {HTMLElement} box @param {any} style @param {any[]} features @param {Record<string, string>} words */
function opened(box, style, features, words) {
  const closest = features.every((one) => one.geometry.type === "Point") ? CLOSEST.point : CLOSEST.shape;
  const map = new MapLibre({
    container: /** @type {HTMLElement} */ (box.firstElementChild), style, bounds: around(features), fitBoundsOptions: { padding: 40, maxZoom: closest },
    maxPitch: 0, dragRotate: false, attributionControl: false, cooperativeGestures: true,
    locale: {
      "Map.Title": words.map, "NavigationControl.ZoomIn": words.zoom_in, "NavigationControl.ZoomOut": words.zoom_out,
      "CooperativeGesturesHandler.WindowsHelpText": words.wheel, "CooperativeGesturesHandler.MacHelpText": words.wheel_mac,
      "CooperativeGesturesHandler.MobileHelpText": words.fingers, "AttributionControl.ToggleAttribution": words.sources, "Popup.Close": words.close,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  map.addControl(new AttributionControl({ compact: true }));
  // The names of the sources would lie over a small map; a touch opens them.
  map.once("idle", () => box.querySelector(".maplibregl-compact-show")?.classList.remove("maplibregl-compact-show"));
  return map;
}

/** One feature at a time stands out, on the map and in the table. */
class Choice {
  /** @param {MapLibre} map @param {any[]} features */
  constructor(map, features) {
    this.map = map;
    this.numbers = new Map(features.map((one) => [one.properties.id, one.id]));
    this.rows = new Map([...document.querySelectorAll("tr[data-id]")].map((row) => [row.getAttribute("data-id"), /** @type {HTMLElement} */ (row)]));
    /** @type {string|null} */
    this.now = null;
  }

  /** @param {string|null} id */
  set(id) {
    if (id === this.now) return;
    this.#mark(this.now, false);
    this.#mark(id, true);
    this.now = id;
  }

  #mark(/** @type {string|null} */ id, /** @type {boolean} */ chosen) {
    const number = this.numbers.get(id ?? "");
    if (number !== undefined) this.map.setFeatureState({ source: FEATURES, id: number }, { chosen });
    this.rows.get(id)?.classList.toggle("chosen", chosen);
  }
}

/** @param {MapLibre} map @param {Choice} choice */
function listen(map, choice) {
  const layers = ["points", "lines", "areas"];
  const at = (/** @type {any} */ event) => map.queryRenderedFeatures(event.point, { layers })[0];
  map.on("mousemove", (event) => {
    const found = at(event);
    map.getCanvas().style.cursor = found ? "pointer" : "";
    if (found) choice.set(found.properties.id);
  });
  map.on("click", (event) => {
    const found = at(event);
    if (found) tell(map, choice, found.properties.id, event.lngLat);
  });
  for (const [id, row] of choice.rows) {
    for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => choice.set(id));
  }
}

/** Say what the row of a feature says: its name and where to read more. */
function tell(/** @type {MapLibre} */ map, /** @type {Choice} */ choice, /** @type {string} */ id, /** @type {any} */ place) {
  choice.set(id);
  const row = choice.rows.get(id);
  const link = row?.querySelector("a[rel=item]")?.cloneNode(true);
  if (!row || !link) return;
  const card = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = row.dataset.label ?? id;
  card.append(name, link);
  new Popup({ maxWidth: "18rem" }).setLngLat(place).setDOMContent(card).addTo(map);
}

/** Offer the features in view once the reader has moved the map. */
function offer(/** @type {HTMLElement} */ box, /** @type {MapLibre} */ map, /** @type {string} */ word) {
  const address = box.dataset.search;
  if (!address) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "here", textContent: word, hidden: true });
  box.append(button);
  map.on("moveend", (/** @type {any} */ event) => (button.hidden &&= !event.originalEvent));
  button.addEventListener("click", () => {
    const view = map.getBounds();
    const west = Math.max(view.getWest(), -180);
    const east = Math.min(view.getEast(), 180);
    const url = new URL(address);
    url.searchParams.set("bbox", [west, view.getSouth(), east, view.getNorth()].map((one) => one.toFixed(6)).join());
    location.assign(url);
  });
}

/** @param {HTMLElement} box */
async function start(box) {
  const words = JSON.parse(box.dataset.words ?? "{}");
  const status = /** @type {HTMLElement} */ (box.querySelector("[role=status]"));
  try {
    const features = placed(await read(box.dataset.features ?? ""));
    if (!features.length) return box.remove();
    const map = opened(box, await styled(box.dataset, features), features, words);
    listen(map, new Choice(map, features));
    offer(box, map, words.search_here);
    night.addEventListener("change", async () => map.setStyle(await styled(box.dataset, features)));
    for (const name of ["movestart", "dataloading"]) map.on(name, () => (document.documentElement.dataset.map = "busy"));
    map.on("idle", () => Object.assign(document.documentElement.dataset, { map: "idle", ready: "true" }));
    Object.assign(window, { gisMap: map });
    status.textContent = "";
  } catch (error) {
    console.warn(error);
    status.textContent = words.no_map;
  }
}

const box = document.getElementById("map");
if (box) start(box);
