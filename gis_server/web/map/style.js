import { colours } from "./classes.js";

/** @typedef {import("../types.js").Theme} Theme */
/**
 * What the page adds to the style of the server.
 *
 * @typedef {object} Scene
 * @property {Theme} theme
 * @property {string} now what the style holds for the present time; RFC 3339, UTC
 * @property {string[]} visible ids of layers
 * @property {{url: string, property: string, skewed: boolean, breaks: number[]}|null} heat
 * @property {GeoJSON.FeatureCollection} places
 * @property {GeoJSON.FeatureCollection} selection
 */

export const HEAT = "gis-heat";
export const PLACES = "gis-places";
export const SELECTION = "gis-selection";

const HEAT_SLOT = "slot-heat";

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
  const slot = layers.findIndex((/** @type {any} */ layer) => layer.id === HEAT_SLOT);
  layers.splice(slot < 0 ? layers.length : slot, 0, ...heat(scene));
  return {
    ...base,
    state: { ...base.state, now: { default: scene.now } },
    sources: { ...base.sources, ...sources(scene) },
    layers: [...layers, ...places(scene.theme), ...selection(scene.theme)],
  };
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
  const known = cells.breaks.length > 0;
  const fill = known ? steps(cells.property, cells.breaks, theme) : COLOUR[theme].halo;
  const common = { source: HEAT, "source-layer": "heatmap" };
  return [
    { id: HEAT, type: "fill", ...common, paint: { "fill-color": fill, "fill-opacity": known ? 0.82 : 0 } },
    { id: `${HEAT}-line`, type: "line", ...common, paint: { "line-color": COLOUR[theme].halo, "line-width": 0.6, "line-opacity": known ? 0.7 : 0 } },
  ];
}

/** @param {string} property @param {number[]} starts @param {Theme} theme */
function steps(property, starts, theme) {
  const [first, ...rest] = colours(starts.length, theme);
  const value = ["to-number", ["get", property]];
  return rest.length ? ["step", value, first, ...rest.flatMap((colour, i) => [starts[i + 1], colour])] : first;
}

/** @param {Theme} theme */
function places(theme) {
  const { alarm, halo } = COLOUR[theme];
  const area = ["==", ["geometry-type"], "Polygon"];
  const point = ["==", ["geometry-type"], "Point"];
  return [
    { id: `${PLACES}-fill`, type: "fill", source: PLACES, filter: area, paint: { "fill-color": alarm, "fill-opacity": 0.16 } },
    { id: `${PLACES}-line`, type: "line", source: PLACES, filter: ["!", point], paint: { "line-color": alarm, "line-width": 2 } },
    {
      id: `${PLACES}-circle`, type: "circle", source: PLACES, filter: point,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 7, 4.5, 14, 9],
        "circle-color": alarm, "circle-opacity": 0.85, "circle-stroke-color": halo, "circle-stroke-width": 1.5,
      },
    },
  ];
}

/** @param {Theme} theme */
function selection(theme) {
  const { halo, select } = COLOUR[theme];
  const point = ["==", ["geometry-type"], "Point"];
  const line = { type: "line", source: SELECTION, filter: ["!", point], layout: { "line-join": "round" } };
  const ring = { type: "circle", source: SELECTION, filter: point };
  return [
    { id: `${SELECTION}-halo`, ...line, paint: { "line-color": halo, "line-width": 6, "line-opacity": 0.8 } },
    { id: `${SELECTION}-line`, ...line, paint: { "line-color": select, "line-width": 3 } },
    { id: `${SELECTION}-ring-halo`, ...ring, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": halo, "circle-stroke-width": 6 } },
    { id: `${SELECTION}-ring`, ...ring, paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": select, "circle-stroke-width": 3 } },
  ];
}
