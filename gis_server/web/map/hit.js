import { notes } from "./notes.js";
import { HEAT, PLACES } from "./style.js";

/** @typedef {{layer: string, id: string, properties: import("../types.js").Properties}} Hit a feature under the pointer */
/**
 * What is under the pointer; `several` is there when the topmost sign stands for many and tells how many.
 *
 * @typedef {import("maplibre-gl").MapGeoJSONFeature} Drawn
 * @typedef {{several: Drawn|undefined, places: Hit[], marks: Hit[], areas: Hit[], base: Hit[], ground: Hit[], cell: Drawn|undefined}} Hits
 */

const REACH = { fine: 4, coarse: 16 };

/**
 * Find what is under the pointer, what is on top first.
 *
 * @param {import("maplibre-gl").Map} map
 * @param {{x: number, y: number}} point pixels
 * @param {import("../catalogue.js").Layers} layers
 * @returns {Hits}
 */
export function find(map, point, layers) {
  const reach = matchMedia("(pointer: coarse)").matches ? REACH.coarse : REACH.fine;
  /** @type {[[number, number], [number, number]]} */
  const around = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
  const near = map.queryRenderedFeatures(around).filter((feature) => feature.layer.type !== "fill");
  const under = map.queryRenderedFeatures([point.x, point.y]).filter((feature) => feature.layer.type === "fill");
  const marks = references(near.filter((feature) => !isSeveral(feature)), layers);
  const areas = references(under, layers).filter((hit) => !has(marks, hit));
  const top = near.find((feature) => feature.source === PLACES || isMark(feature, layers));
  return {
    several: top && isSeveral(top) ? top : undefined,
    places: [...near, ...under].filter((f) => f.source === PLACES).map((f) => ({ layer: f.properties.layer, id: String(f.properties.id), properties: f.properties })),
    marks: marks.filter((hit) => !layers.base.has(hit.layer)),
    areas: areas.filter((hit) => !layers.base.has(hit.layer)),
    base: marks.filter((hit) => layers.base.has(hit.layer)),
    ground: areas.filter((hit) => layers.base.has(hit.layer)),
    cell: under.find((feature) => feature.source === HEAT),
  };
}

/** @param {Drawn} feature */
function isSeveral(feature) {
  return notes(feature.layer)["gis:several"] === true;
}

/** @param {Drawn} feature @param {import("../catalogue.js").Layers} layers */
function isMark(feature, layers) {
  const layer = layers.get(notes(feature.layer)["gis:layer"]);
  return layer !== undefined && !layers.base.has(layer.id);
}

/** @param {Drawn[]} features @param {import("../catalogue.js").Layers} layers @returns {Hit[]} */
function references(features, layers) {
  /** @type {Hit[]} */
  const hits = [];
  for (const feature of features) {
    const layer = layers.get(notes(feature.layer)["gis:layer"]);
    const id = layer && feature.properties[layer.key];
    if (!layer || id === undefined) continue;
    const hit = { layer: layer.id, id: String(id), properties: feature.properties };
    if (!has(hits, hit)) hits.push(hit);
  }
  return hits;
}

/** @param {Hit[]} hits @param {Hit} feature */
function has(hits, feature) {
  return hits.some((hit) => hit.layer === feature.layer && hit.id === feature.id);
}
