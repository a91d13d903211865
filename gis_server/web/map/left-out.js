/** @typedef {{layer: string, shown: number, total: number}} LeftOut a layer that is not drawn in full; zeros where only small features are missing */

/**
 * Find the layers whose tiles in view leave features out. Tiles say it in a layer of their own, which
 * is read from the loaded tiles and so needs nothing in the style.
 *
 * @param {import("maplibre-gl").Map} map
 * @param {import("../catalogue.js").Layers} layers
 * @param {string[]} visible ids of layers
 * @returns {LeftOut[]}
 */
export function leftOut(map, layers, visible) {
  /** @type {LeftOut[]} */
  const incomplete = [];
  for (const layer of visible.filter((id) => map.getSource(id))) {
    const counts = map.querySourceFeatures(layer, { sourceLayer: `${layer}_left_out` }).map((feature) => feature.properties);
    const overall = (/** @type {string} */ name) => counts.reduce((sum, tile) => sum + Number(tile[name] ?? 0), 0);
    const total = overall("total");
    // The ground is generalised at every small scale: that is how a map is read.
    if (total > 0 || (counts.length > 0 && !layers.base.has(layer))) incomplete.push({ layer, shown: overall("shown"), total });
  }
  return incomplete;
}
