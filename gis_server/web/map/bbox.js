/** @typedef {import("../types.js").BBox} BBox */

/**
 * Return the box around a geometry.
 *
 * @param {GeoJSON.Geometry} geometry in degrees
 * @returns {BBox}
 */
export function bboxOf(geometry) {
  const box = /** @type {BBox} */ ([180, 90, -180, -90]);
  for (const [longitude, latitude] of positions(geometry)) {
    box[0] = Math.min(box[0], longitude);
    box[1] = Math.min(box[1], latitude);
    box[2] = Math.max(box[2], longitude);
    box[3] = Math.max(box[3], latitude);
  }
  return box;
}

/** @param {GeoJSON.Geometry} geometry @returns {Iterable<GeoJSON.Position>} */
function* positions(geometry) {
  if (geometry.type === "GeometryCollection") for (const part of geometry.geometries) yield* positions(part);
  else yield* flat(geometry.coordinates);
}

/** @typedef {GeoJSON.Position|Nested[]} Nested a position, or lists of them at any depth */

/** @param {Nested} coordinates @returns {Iterable<GeoJSON.Position>} */
function* flat(coordinates) {
  if (isPosition(coordinates)) yield coordinates;
  else for (const part of coordinates) yield* flat(part);
}

/** @param {Nested} coordinates @returns {coordinates is GeoJSON.Position} */
function isPosition(coordinates) {
  return typeof coordinates[0] === "number";
}
