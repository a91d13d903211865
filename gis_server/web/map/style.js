import { colours, LOOKS } from "./classes.js";
import { notes } from "./notes.js";

/** @typedef {import("../types.js").Theme} Theme */
/** @typedef {import("maplibre-gl").StyleSpecification} Style @typedef {import("maplibre-gl").LayerSpecification} StyleLayer */
/** @typedef {import("maplibre-gl").ExpressionSpecification} Expression */
/** @typedef {import("./classes.js").Look} Look */
/**
 * Hexagons: the tiles, and how they are coloured: by classes of a property or, `live`, of the number that is set while
 * time is played; or by `kinds` that have words.
 *
 * @typedef {{url: string, property: string, skewed: boolean, worse: "high"|"low", breaks: number[], kinds: Look|null, live: boolean}} Heat
 */
/**
 * What the page adds to the style of the server.
 *
 * @typedef {object} Scene
 * @property {Theme} theme
 * @property {string} now what the style holds for the present time; RFC 3339, UTC
 * @property {string[]} visible ids of layers
 * @property {Heat|null} heat
 * @property {GeoJSON.FeatureCollection} places
 * @property {GeoJSON.FeatureCollection} selection
 */

export const HEAT = "gis-heat";
export const HEAT_TILES = "heatmap";
export const PLACES = "gis-places";
export const SELECTION = "gis-selection";

const HEAT_SLOT = "slot-heat";
const LABELS = "detail-label";

/** @type {Expression} */
const AREA = ["==", ["geometry-type"], "Polygon"];
/** @type {Expression} */
const POINT = ["==", ["geometry-type"], "Point"];

/** @type {Expression} */
const NOT_POINT = ["!", POINT];

const COLOUR = {
  light: { alarm: "#b3261e", halo: "#ffffff", select: "#0b57b0" },
  dark: { alarm: "#ff8a7a", halo: "#14181c", select: "#7cc0ff" },
};

/**
 * Return the style of the server with the state of the page in it.
 *
 * @param {Style} base
 * @param {Scene} scene
 * @returns {Style}
 */
export function dress(base, scene) {
  const layers = base.layers.map((layer) => shown(layer, scene.visible));
  insert(layers, heat(scene), (layer) => layer.id === HEAT_SLOT);
  insert(layers, [...shapes(scene.theme), ...outline(scene.theme)], (layer) => notes(layer)["gis:slot"] === LABELS);
  return {
    ...base,
    state: { ...base.state, now: { default: scene.now } },
    sources: { ...base.sources, ...sources(scene) },
    layers: [...layers, points(scene.theme), ...ring(scene.theme)],
  };
}

/**
 * Put layers before the first that fits, or on top.
 *
 * @param {StyleLayer[]} layers
 * @param {StyleLayer[]} added
 * @param {(layer: StyleLayer) => boolean} fits
 */
function insert(layers, added, fits) {
  const at = layers.findIndex(fits);
  layers.splice(at < 0 ? layers.length : at, 0, ...added);
}

/**
 * Return a layer that is drawn only when its dataset is visible.
 *
 * @template {StyleLayer} Kind
 * @param {Kind} layer
 * @param {string[]} visible
 */
function shown(layer, visible) {
  const owner = notes(layer)["gis:layer"];
  if (!owner) return layer;
  return { ...layer, layout: { ...layer.layout, visibility: visible.includes(owner) ? "visible" : "none" } };
}

/** @param {Scene} scene @returns {Style["sources"]} */
function sources(scene) {
  /** @type {Style["sources"]} */
  const own = {
    [PLACES]: { type: "geojson", data: scene.places },
    [SELECTION]: { type: "geojson", data: scene.selection },
  };
  return scene.heat ? { ...own, [HEAT]: { type: "vector", url: scene.heat.url } } : own;
}

/** @param {Scene} scene @returns {StyleLayer[]} */
function heat({ heat: cells, theme }) {
  if (!cells) return [];
  const known = cells.kinds || cells.breaks.length > 0;
  const fill = cells.kinds ? byKind(cells.kinds, theme) : known ? steps(cells, theme) : COLOUR[theme].halo;
  const common = { source: HEAT, "source-layer": HEAT_TILES };
  // While time is played every frame is drawn anew: a hexagon has its colour, and no edge.
  const paint = { "fill-color": fill, "fill-opacity": known ? 0.82 : 0, "fill-antialias": !cells.live };
  /** @type {StyleLayer} */
  const area = { id: HEAT, type: "fill", ...common, paint };
  if (cells.live) return [area];
  return [area, { id: `${HEAT}-line`, type: "line", ...common, paint: { "line-color": COLOUR[theme].halo, "line-width": 0.6, "line-opacity": known ? 0.7 : 0 } }];
}

/** The number that is set while time is played. @type {Expression} */
const NOW = ["coalesce", ["feature-state", "now"], 0];
const NOTHING = "rgba(0, 0, 0, 0)";

/** @param {Look} look @param {Theme} theme */
function byKind(look, theme) {
  const { property, [theme]: shades } = LOOKS[look];
  const [first, second, ...rest] = shades;
  return /** @type {Expression} */ (["match", ["get", property], 2, second, ...rest.flatMap((shade, i) => [i + 3, shade]), first]);
}

/** @param {Heat} cells @param {Theme} theme */
function steps({ property, breaks: starts, worse, live }, theme) {
  const [first, ...rest] = colours(starts.length, theme, worse);
  const above = rest.flatMap((colour, i) => [starts[i + 1], colour]);
  if (live) return /** @type {Expression} */ (["step", NOW, NOTHING, starts[0], first, ...above]);
  return above.length ? /** @type {Expression} */ (["step", ["to-number", ["get", property]], first, ...above]) : first;
}

/** Places that are areas. @param {Theme} theme @returns {StyleLayer[]} */
function shapes(theme) {
  const { alarm } = COLOUR[theme];
  return [
    { id: `${PLACES}-fill`, type: "fill", source: PLACES, filter: AREA, paint: { "fill-color": alarm, "fill-opacity": 0.16 } },
    { id: `${PLACES}-line`, type: "line", source: PLACES, filter: NOT_POINT, paint: { "line-color": alarm, "line-width": 2 } },
  ];
}

/** Places that are points. @param {Theme} theme @returns {StyleLayer} */
function points(theme) {
  const { alarm, halo } = COLOUR[theme];
  return {
    id: `${PLACES}-circle`, type: "circle", source: PLACES, filter: POINT,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 7, 4.5, 14, 9],
      "circle-color": alarm, "circle-opacity": 0.85, "circle-stroke-color": halo, "circle-stroke-width": 1.5,
    },
  };
}

/** The chosen line or area. @param {Theme} theme @returns {StyleLayer[]} */
function outline(theme) {
  const { halo, select } = COLOUR[theme];
  const line = /** @type {const} */ ({ type: "line", source: SELECTION, layout: { "line-join": "round" } });
  return [
    { id: `${SELECTION}-halo`, ...line, filter: NOT_POINT, paint: { "line-color": halo, "line-width": 6, "line-opacity": 0.8 } },
    { id: `${SELECTION}-line`, ...line, filter: NOT_POINT, paint: { "line-color": select, "line-width": 3 } },
  ];
}

/** The chosen point. @param {Theme} theme @returns {StyleLayer[]} */
function ring(theme) {
  const { halo, select } = COLOUR[theme];
  const circle = /** @type {const} */ ({ type: "circle", source: SELECTION });
  return [
    { id: `${SELECTION}-ring-halo`, ...circle, filter: POINT, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": halo, "circle-stroke-width": 6 } },
    { id: `${SELECTION}-ring`, ...circle, filter: POINT, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": select, "circle-stroke-width": 3 } },
  ];
}
