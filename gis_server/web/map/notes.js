/**
 * Return what the server writes in the metadata of a style layer.
 *
 * @param {{metadata?: unknown}} layer
 * @returns {{"gis:layer"?: string, "gis:slot"?: string, "gis:several"?: boolean}}
 */
export function notes(layer) {
  return layer.metadata ?? {};
}
