/**
 * The features of a page of the OGC interface on a map. The page is whole without it: what the map
 * knows, it reads from the address that the page names, and it writes text as text.
 */
import { bboxOf } from "../map/bbox.js";
import { notes } from "../map/notes.js";
import { AttributionControl, Map as MapLibre, NavigationControl, Popup, ScaleControl } from "../../vendor/maplibre-gl/dist/maplibre-gl.mjs";

const FEATURES = "features";
const CLOSEST = { point: 16, shape: 18 };
/** @typedef {import("maplibre-gl").StyleSpecification} Style @typedef {import("maplibre-gl").ExpressionSpecification} Expression */
/** @typedef {GeoJSON.Feature<GeoJSON.Geometry, {id: string}> & {id: number}} Placed a feature with a place, numbered */
/** @typedef {{geometry: GeoJSON.Geometry|null, id?: string|number}} Item a feature as the server gives it */
/** @typedef {Record<"map"|"zoom_in"|"zoom_out"|"wheel"|"wheel_mac"|"fingers"|"sources"|"close"|"search_here"|"no_map", string>} Words */

/** @type {Expression} */
const POINT = ["==", ["geometry-type"], "Point"];
/** @type {Expression} */
const LINE = ["!=", ["geometry-type"], "Point"];
/** @type {Expression} */
const AREA = ["==", ["geometry-type"], "Polygon"];
/** @type {Expression} */
const CHOSEN = ["boolean", ["feature-state", "chosen"], false];
const COLOUR = {
  light: { plain: "#0b57b0", chosen: "#c2410c", halo: "#ffffff", back: "#f3f6f9" },
  dark: { plain: "#7cc0ff", chosen: "#ffb26b", halo: "#14181c", back: "#1d262e" },
};

const night = matchMedia("(prefers-color-scheme: dark)");
const theme = () => (night.matches ? "dark" : "light");

/** @param {string} url @returns {Promise<unknown>} */
async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/**
 * Return the features that have a place, numbered, and without what a map does not need.
 *
 * @param {{features: Item[]}|Item} answer a list of features, or one
 * @returns {Placed[]}
 */
function placed(answer) {
  const items = "features" in answer ? answer.features : [answer];
  const shapes = items.flatMap(({ id, geometry }) => (geometry ? [{ geometry, properties: { id: String(id) } }] : []));
  return shapes.map((shape, id) => ({ type: "Feature", id, ...shape }));
}

/** @param {Placed[]} features */
function around(features) {
  return bboxOf({ type: "GeometryCollection", geometries: features.map(({ geometry }) => geometry) });
}

/**
 * Return the style: the background layers of the map application, the features above.
 *
 * @param {DOMStringMap} page what the page says
 * @param {Placed[]} features
 * @returns {Promise<Style>}
 */
async function styled(page, features) {
  const { back } = COLOUR[theme()];
  /** @type {Style} */
  const plain = { version: 8, sources: {}, layers: [{ id: "back", type: "background", paint: { "background-color": back } }] };
  const address = `${page.styles}/${theme()}.json?lang=${document.documentElement.lang}`;
  const base = /** @type {Style} */ (await read(address).catch(() => plain));
  const background = page.background?.split(",") ?? [];
  const layers = base.layers.filter((layer) => {
    const { "gis:layer": dataset } = notes(layer);
    return !dataset || background.includes(dataset);
  });
  const used = new Set(layers.map((layer) => ("source" in layer ? layer.source : undefined)));
  const sources = Object.fromEntries(Object.entries(base.sources).filter(([name]) => used.has(name)));
  sources[FEATURES] = { type: "geojson", data: { type: "FeatureCollection", features } };
  return { ...base, sources, layers: [...layers, ...drawn()] };
}

/** @returns {import("maplibre-gl").LayerSpecification[]} */
function drawn() {
  const { plain, chosen, halo } = COLOUR[theme()];
  /** @type {Expression} */
  const colour = ["case", CHOSEN, chosen, plain];
  const source = FEATURES;
  return [
    { id: "areas", type: "fill", source, filter: AREA, paint: { "fill-color": colour, "fill-opacity": ["case", CHOSEN, 0.45, 0.2] } },
    { id: "lines", type: "line", source, filter: LINE, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": ["case", CHOSEN, 4, 1.75] } },
    {
      id: "points", type: "circle", source, filter: POINT,
      paint: { "circle-radius": ["case", CHOSEN, 9, 5.5], "circle-color": colour, "circle-stroke-color": halo, "circle-stroke-width": 1.5 },
    },
  ];
}

/** @param {HTMLElement} box @param {Style} style @param {Placed[]} features @param {Words} words */
function opened(box, style, features, words) {
  const closest = features.every(({ geometry }) => geometry.type === "Point") ? CLOSEST.point : CLOSEST.shape;
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
  /** @param {MapLibre} map @param {Placed[]} features */
  constructor(map, features) {
    this.map = map;
    this.numbers = new Map(features.map((feature) => [feature.properties.id, feature.id]));
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    for (const row of document.querySelectorAll("tr")) if (row.dataset.id) this.rows.set(row.dataset.id, row);
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
    this.rows.get(id ?? "")?.classList.toggle("chosen", chosen);
  }
}

/** @param {MapLibre} map @param {Choice} choice */
function listen(map, choice) {
  const layers = ["points", "lines", "areas"];
  const at = (/** @type {import("maplibre-gl").MapMouseEvent} */ event) => map.queryRenderedFeatures(event.point, { layers })[0];
  map.on("mousemove", (event) => {
    const feature = at(event);
    map.getCanvas().style.cursor = feature ? "pointer" : "";
    if (feature) choice.set(feature.properties.id);
  });
  map.on("click", (event) => {
    const feature = at(event);
    if (feature) tell(map, choice, feature.properties.id, event.lngLat);
  });
  for (const [id, row] of choice.rows) {
    for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => choice.set(id));
  }
}

/**
 * Say what the row of a feature says: its name and where to read more.
 *
 * @param {MapLibre} map
 * @param {Choice} choice
 * @param {string} id
 * @param {import("maplibre-gl").LngLat} place
 */
function tell(map, choice, id, place) {
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
  map.on("moveend", (event) => {
    if ("originalEvent" in event && event.originalEvent) button.hidden = false;
  });
  button.addEventListener("click", () => {
    const view = map.getBounds();
    const west = Math.max(view.getWest(), -180);
    const east = Math.min(view.getEast(), 180);
    const url = new URL(address);
    url.searchParams.set("bbox", [west, view.getSouth(), east, view.getNorth()].map((degrees) => degrees.toFixed(6)).join());
    location.assign(url);
  });
}

/** @param {HTMLElement} box */
async function start(box) {
  const words = /** @type {Words} */ (JSON.parse(box.dataset.words ?? "{}"));
  const status = /** @type {HTMLElement} */ (box.querySelector("[role=status]"));
  try {
    const features = placed(/** @type {{features: Item[]}|Item} */ (await read(box.dataset.features ?? "")));
    if (!features.length) return box.remove();
    const map = opened(box, await styled(box.dataset, features), features, words);
    listen(map, new Choice(map, features));
    offer(box, map, words.search_here);
    night.addEventListener("change", async () => map.setStyle(await styled(box.dataset, features)));
    for (const name of /** @type {const} */ (["movestart", "dataloading"])) map.on(name, () => (document.documentElement.dataset.map = "busy"));
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
