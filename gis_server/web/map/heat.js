import { listed } from "../address.js";
import { interval } from "../period.js";
import { breaks, LOOKS } from "./classes.js";
import { HEAT } from "./style.js";

/** @typedef {import("../types.js").State} State @typedef {import("../types.js").Layer} Layer */

/** Names of addresses in the catalogue. */
const ADDRESSES = /** @type {const} */ ({ density: "tilejson", hot: "hotspots", usual: "usual" });

/**
 * Return the address of the tiles of the chosen hexagons.
 *
 * @param {Layer} layer
 * @param {State} state
 * @param {string} newest time of the layer's newest data
 */
export function tilejson(layer, state, newest) {
  const { from, to } = interval(state.period, newest);
  const category = state.categories && layer.heatmap?.category ? `&category=${listed(state.categories)}` : "";
  const lang = state.lang === "vi" ? "" : `&lang=${state.lang}`;
  const tiles = layer.heatmap?.[ADDRESSES[state.show]];
  const rate = state.show === "density" && state.rate ? `&rate=${state.rate}` : "";
  return `${tiles}?datetime=${from}/${to}${category}${rate}${lang}`;
}

/** Classes of the hexagons in view, made when the view has settled and then kept for that view. */
export class HeatClasses {
  /** @param {import("./view.js").View} view @param {(classes: {breaks: number[], empty: boolean}) => void} tell */
  constructor(view, tell) {
    this.view = view;
    this.tell = tell;
    /** The tiles and the zoom that the classes were made for. */
    this.settled = "";
    /** The view that was last told to be empty. */
    this.nothing = "";
    view.map.on("idle", () => this.#settle());
  }

  #settle() {
    const heat = this.view.scene.heat;
    const map = this.view.map;
    if (!heat || !map.getSource(HEAT) || !map.isSourceLoaded(HEAT)) return;
    if (heat.live) return;
    const key = `${heat.url} ${Math.floor(map.getZoom())}`;
    if (key === this.settled) return;
    const values = this.#values(heat.kinds ? LOOKS[heat.kinds].property : heat.property);
    const starts = heat.kinds ? values.slice(0, 1) : breaks(values, heat.skewed);
    if (starts.length) this.settled = key;
    else if (!this.#isNews(`${key} ${map.getCenter()}`)) return;
    this.tell({ breaks: starts.length ? starts : heat.breaks, empty: !starts.length });
  }

  /** @param {string} view that holds nothing; it is told once */
  #isNews(view) {
    const news = this.nothing !== view;
    this.nothing = view;
    return news;
  }

  /** @param {string} property @returns {number[]} one value a cell, though tiles share cells */
  #values(property) {
    const cells = new Map();
    for (const feature of this.view.map.querySourceFeatures(HEAT, { sourceLayer: "heatmap" })) {
      cells.set(feature.properties.cell, Number(feature.properties[property]));
    }
    return [...cells.values()];
  }
}
