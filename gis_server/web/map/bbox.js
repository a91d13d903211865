/** @typedef {import("../types.js").BBox} BBox */

/**
 * Return the box around a geometry.
 *
 * @param {any} geometry GeoJSON, degrees
 * @returns {BBox}
 */
export function bboxOf(geometry) {
  const box = /** @type {BBox} */ ([180, 90, -180, -90]);
  const visit = (/** @type {any} */ at) => {
    if (typeof at[0] !== "number") return at.forEach(visit);
    box[0] = Math.min(box[0], at[0]);
    box[1] = Math.min(box[1], at[1]);
    box[2] = Math.max(box[2], at[0]);
    box[3] = Math.max(box[3], at[1]);
  };
  if (geometry.geometries) geometry.geometries.forEach((/** @type {any} */ part) => visit(part.coordinates));
  else visit(geometry.coordinates);
  return box;
}
