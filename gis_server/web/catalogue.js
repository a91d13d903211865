import { json } from "./api.js";

/** @typedef {import("./types.js").Catalogue} Catalogue @typedef {import("./types.js").Layer} Layer */

/** The server's list of layers, easy to ask. */
export class Layers {
  /** @param {Catalogue} catalogue */
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.all = catalogue.groups.flatMap((group) => group.layers);
    /** @type {Map<string, Layer>} */
    this.byId = new Map(this.all.map((layer) => [layer.id, layer]));
    this.base = new Set(catalogue.groups.find((group) => group.id === "base")?.layers.map((layer) => layer.id));
  }

  /** @param {string|null|undefined} id */
  get(id) {
    return id ? this.byId.get(id) : undefined;
  }

  /** Layers that can be shown as hexagons. */
  get heat() {
    return this.all.filter((layer) => layer.heatmap);
  }

  /** Ids of the layers that are on when nobody has chosen. */
  get visible() {
    return this.all.filter((layer) => layer.visible || layer.always_visible).map((layer) => layer.id);
  }

  /**
   * Return the layers to draw: the chosen ones, and those that nobody may take away.
   *
   * @param {string[]} chosen
   */
  drawn(chosen) {
    return this.all.filter((layer) => layer.always_visible || chosen.includes(layer.id)).map((layer) => layer.id);
  }

  /**
   * Return the time of the newest data, of one layer or of all that have times.
   *
   * @param {string|null} id
   */
  newest(id) {
    const range = this.get(id)?.time_range;
    const ends = this.all.flatMap((layer) => (layer.time_range ? [layer.time_range[1]] : []));
    const latest = ends.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
    return range?.[1] ?? latest ?? new Date().toISOString();
  }
}

/** @returns {Promise<Layers>} */
export async function fetchLayers() {
  return new Layers(/** @type {Catalogue} */ (await json("catalogue.json")));
}
