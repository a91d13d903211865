// The map of an archive: no server but one for files that answers to ranges of bytes.
import { addProtocol, AttributionControl, getVersion, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { Protocol } from "pmtiles";

const SCHEME = "pmtiles://";
const WORKER = "vendor/maplibre-gl/dist/maplibre-gl-worker.js";

/** @param {string} path @returns {string} */
const whole = (path) => new URL(path, document.baseURI).href;

/**
 * The style as the export writes it: every source is an archive beside the page.
 *
 * @typedef {Record<string, {title: string, fields: Record<string, string>}>} Titles by layer
 * @typedef {object} Exported
 * @property {string} sprite
 * @property {Record<string, {url: string}[]>} font-faces
 * @property {Record<string, import("maplibre-gl").VectorSourceSpecification & {url: string}>} sources
 * @property {{now: {default: string}}} state
 * @property {{"gis:bounds": [number, number, number, number], "gis:fields": Titles}} metadata
 * @typedef {Omit<import("maplibre-gl").StyleSpecification, keyof Exported> & Exported} ExportedStyle
 */

/**
 * Make the addresses of a style whole, as the map wants them, and set its clock.
 *
 * @param {ExportedStyle} style
 */
function settled(style) {
  style.sprite = whole(style.sprite);
  for (const face of Object.values(style["font-faces"]).flat()) face.url = whole(face.url);
  for (const source of Object.values(style.sources)) source.url = SCHEME + whole(source.url.slice(SCHEME.length));
  style.state.now.default = `${new Date().toISOString().slice(0, 19)}Z`;
  return style;
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

/**
 * Show what is known of the topmost thing at a place.
 *
 * @param {MapLibre} map
 * @param {Titles} titles
 * @param {import("maplibre-gl").MapMouseEvent} event
 */
function tell(map, titles, { point, lngLat }) {
  const feature = map.queryRenderedFeatures(point).find(({ layer }) => titles[dataset(layer)]);
  if (!feature) return;
  const { title, fields } = titles[dataset(feature.layer)];
  const facts = document.createElement("dl");
  facts.className = "facts";
  for (const [name, value] of Object.entries(feature.properties)) {
    if (fields[name]) facts.append(element("dt", fields[name]), element("dd", String(value)));
  }
  const card = document.createElement("div");
  card.append(element("strong", title), facts);
  new Popup({ maxWidth: "24rem" }).setLngLat(lngLat).setDOMContent(card).addTo(map);
}

/** @param {{metadata?: unknown}} layer of the style @returns {string} id of the dataset it draws, if it draws one */
function dataset(layer) {
  const { "gis:layer": id = "" } = /** @type {{"gis:layer"?: string}} */ (layer.metadata ?? {});
  return id;
}

/**
 * Return a file of the page's folder.
 *
 * @param {string} path
 */
async function file(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

/** Name the map's worker, whose absence the map itself would not tell; its version must be the map's. */
async function worker() {
  await file(WORKER);
  setWorkerUrl(`${whole(WORKER)}?v=${getVersion()}`);
}

async function start() {
  addProtocol("pmtiles", new Protocol({ metadata: true }).tile);
  await worker();
  const answer = await file("style.json");
  const style = settled(/** @type {ExportedStyle} */ (await answer.json()));
  const { "gis:bounds": bounds, "gis:fields": fields } = style.metadata;
  const map = new MapLibre({ container: "map", style, bounds, fitBoundsOptions: { padding: 24 }, hash: "map", maxPitch: 0, attributionControl: false });
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  map.addControl(new AttributionControl({ compact: false }));
  map.on("click", (event) => tell(map, fields, event));
  map.on("error", ({ error }) => failed(error));
  map.on("idle", () => Object.assign(document.documentElement.dataset, { map: "idle", ready: "true" }));
  map.on("dataloading", () => (document.documentElement.dataset.map = "busy"));
  Object.assign(window, { gisMap: map });
}

/** @param {{message: string}} error */
function failed(error) {
  console.error(error);
  const line = /** @type {HTMLElement} */ (document.getElementById("failure"));
  line.textContent = `Không mở được bản đồ. The map cannot be shown: ${error.message}`;
  line.hidden = false;
}

start().catch(failed);
