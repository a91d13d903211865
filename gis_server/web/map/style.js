import { colours, LOOKS } from "./classes.js";

/** @typedef {import("../types.js").Theme} Theme */
/**
 * Hexagons: the tiles, and how they are coloured: by classes of a property or, `live`, of the number that is set while
 * time is played; or by `kinds` that have words.
 *
 * @typedef {{url: string, property: string, skewed: boolean, worse: "high"|"low", breaks: number[], kinds: "hot"|"usual"|null, live: boolean}} Heat
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

const AREA = ["==", ["geometry-type"], "Polygon"];
const POINT = ["==", ["geometry-type"], "Point"];

const COLOUR = {
  light: { alarm: "#b3261e", halo: "#ffffff", select: "#0b57b0" },
  dark: { alarm: "#ff8a7a", halo: "#14181c", select: "#7cc0ff" },
};

/**
 * Return the style of the server with the state of the page in it.
 *
 * @param {any} base
 * @param {Scene} scene
 * @returns {any}
 */
export function dress(base, scene) {
  const layers = base.layers.map((/** @type {any} */ layer) => shown(layer, scene.visible));
  insert(layers, heat(scene), (layer) => layer.id === HEAT_SLOT);
  insert(layers, [...shapes(scene.theme), ...outline(scene.theme)], (layer) => layer.metadata?.["gis:slot"] === LABELS);
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
 * @param {any[]} layers
 * @param {any[]} more
 * @param {(layer: any) => boolean} fits
 */
function insert(layers, more, fits) {
  const at = layers.findIndex(fits);
  layers.splice(at < 0 ? layers.length : at, 0, ...more);
}

/** @param {any} layer @param {string[]} visible */
function shown(layer, visible) {
  const owner = layer.metadata?.["gis:layer"];
  if (!owner) return layer;
  return { ...layer, layout: { ...layer.layout, visibility: visible.includes(owner) ? "visible" : "none" } };
}

/** @param {Scene} scene */
function sources(scene) {
  const own = {
    [PLACES]: { type: "geojson", data: scene.places },
    [SELECTION]: { type: "geojson", data: scene.selection },
  };
  return scene.heat ? { ...own, [HEAT]: { type: "vector", url: scene.heat.url } } : own;
}

/** @param {Scene} scene */
function heat({ heat: cells, theme }) {
  if (!cells) return [];
  const known = cells.kinds || cells.breaks.length > 0;
  const fill = cells.kinds ? byKind(cells.kinds, theme) : known ? steps(cells, theme) : COLOUR[theme].halo;
  const common = { source: HEAT, "source-layer": HEAT_TILES };
  // While time is played every frame is drawn anew: a hexagon has its colour, and no edge.
  const paint = { "fill-color": fill, "fill-opacity": known ? 0.82 : 0, "fill-antialias": !cells.live };
  const area = { id: HEAT, type: "fill", ...common, paint };
  if (cells.live) return [area];
  return [area, { id: `${HEAT}-line`, type: "line", ...common, paint: { "line-color": COLOUR[theme].halo, "line-width": 0.6, "line-opacity": known ? 0.7 : 0 } }];
}

/** The number that is set while time is played. */
const NOW = ["coalesce", ["feature-state", "now"], 0];
const NOTHING = "rgba(0, 0, 0, 0)";

/** @param {"hot"|"usual"} look @param {Theme} theme */
function byKind(look, theme) {
  const { property, [theme]: shades } = LOOKS[look];
  return ["match", ["get", property], ...shades.slice(1).flatMap((shade, i) => [i + 2, shade]), shades[0]];
}

/** @param {Heat} cells @param {Theme} theme */
function steps({ property, breaks: starts, worse, live }, theme) {
  const [first, ...rest] = colours(starts.length, theme, worse);
  const value = live ? NOW : ["to-number", ["get", property]];
  if (live) return ["step", value, NOTHING, starts[0], first, ...rest.flatMap((colour, i) => [starts[i + 1], colour])];
  return rest.length ? ["step", value, first, ...rest.flatMap((colour, i) => [starts[i + 1], colour])] : first;
}

/** Places that are areas. @param {Theme} theme */
function shapes(theme) {
  const { alarm } = COLOUR[theme];
  return [
    { id: `${PLACES}-fill`, type: "fill", source: PLACES, filter: AREA, paint: { "fill-color": alarm, "fill-opacity": 0.16 } },
    { id: `${PLACES}-line`, type: "line", source: PLACES, filter: ["!", POINT], paint: { "line-color": alarm, "line-width": 2 } },
  ];
}

/** Places that are points. @param {Theme} theme */
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

/** The chosen line or area. @param {Theme} theme */
function outline(theme) {
  const { halo, select } = COLOUR[theme];
  const line = { type: "line", source: SELECTION, filter: ["!", POINT], layout: { "line-join": "round" } };
  return [
    { id: `${SELECTION}-halo`, ...line, paint: { "line-color": halo, "line-width": 6, "line-opacity": 0.8 } },
    { id: `${SELECTION}-line`, ...line, paint: { "line-color": select, "line-width": 3 } },
  ];
}

/** The chosen point. @param {Theme} theme */
function ring(theme) {
  const { halo, select } = COLOUR[theme];
  const circle = { type: "circle", source: SELECTION, filter: POINT };
  return [
    { id: `${SELECTION}-ring-halo`, ...circle, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": halo, "circle-stroke-width": 6 } },
    { id: `${SELECTION}-ring`, ...circle, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": select, "circle-stroke-width": 3 } },
  ];
}
