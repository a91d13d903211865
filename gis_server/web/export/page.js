// The map of an archive: no server but one for files that answers to ranges of bytes.
import { addProtocol, AttributionControl, Map as MapLibre, NavigationControl, Popup, ScaleControl } from "maplibre-gl";
import { Protocol } from "pmtiles";

const SCHEME = "pmtiles://";

/** @param {string} path @returns {string} */
const whole = (path) => new URL(path, document.baseURI).href;

/**
 * Make the addresses of a style whole, as the map wants them, and set its clock.
 *
 * @param {any} style
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
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/**
 * Show what is known of the topmost thing at a place.
 *
 * @param {MapLibre} map
 * @param {Record<string, {title: string, fields: Record<string, string>}>} known titles by layer
 * @param {any} event
 */
function tell(map, known, { point, lngLat }) {
  const feature = map.queryRenderedFeatures(point).find((one) => known[one.layer.metadata?.["gis:layer"]]);
  if (!feature) return;
  const { title, fields } = known[feature.layer.metadata["gis:layer"]];
  const facts = document.createElement("dl");
  facts.className = "facts";
  for (const [name, value] of Object.entries(feature.properties)) {
    if (fields[name]) facts.append(element("dt", fields[name]), element("dd", String(value)));
  }
  const card = document.createElement("div");
  card.append(element("strong", title), facts);
  new Popup({ maxWidth: "24rem" }).setLngLat(lngLat).setDOMContent(card).addTo(map);
}

async function start() {
  addProtocol("pmtiles", new Protocol({ metadata: true }).tile);
  const style = settled(await (await fetch("style.json")).json());
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

/** @param {Error} error */
function failed(error) {
  console.error(error);
  const line = /** @type {HTMLElement} */ (document.getElementById("failure"));
  line.textContent = `Không mở được bản đồ. The map cannot be shown: ${error.message}`;
  line.hidden = false;
}

start().catch(failed);
