import { Map as MapLibre, RasterTileSource, ScaleControl, VectorTileSource } from "maplibre-gl";
import { json } from "../api.js";
import { SMALL } from "../screen.js";
import { t } from "../text.js";
import { dress } from "./style.js";

/** @typedef {import("../types.js").BBox} BBox @typedef {import("./style.js").Scene} Scene @typedef {import("./style.js").Style} Style */

const CLOSEST = { point: 16, area: 18.75 };

/** Share of a narrow screen that an open sheet takes, whatever it holds when the flight starts. */
const SHEET = 0.56;

/** The map on the page: the style of the server with our scene in it. */
export class View {
  /** @param {Style} base style of the server @param {Scene} scene @param {BBox} bounds shown when the address has no position */
  constructor(base, scene, bounds) {
    this.base = base;
    this.scene = scene;
    this.map = new MapLibre(options(dress(base, scene), bounds));
    /** Tiles that failed, by source. @type {Map<string, Map<string, {x: number, y: number, z: number}>>} */
    this.failed = new Map();
    this.map.on("error", (event) => this.#note(event));
    this.waiting = true;
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.once("style.load", () => this.#apply());
    tellState(this.map);
  }

  /**
   * Change what the page shows; several changes at once are drawn together.
   *
   * @param {Partial<Scene>} patch
   */
  update(patch) {
    this.scene = { ...this.scene, ...patch };
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => this.#apply());
  }

  /**
   * Put on the style of another theme or language.
   *
   * @param {string} path
   * @param {Partial<Scene>} patch what changes with it
   */
  async restyle(path, patch) {
    this.base = /** @type {Style} */ (await json(path));
    this.update(patch);
  }

  /**
   * Move to a box so that no panel covers it.
   *
   * @param {BBox} bbox degrees
   */
  fit(bbox) {
    const point = bbox[0] === bbox[2] && bbox[1] === bbox[3];
    this.map.fitBounds(bbox, { padding: this.#padding(), maxZoom: point ? CLOSEST.point : CLOSEST.area, duration: 900 });
  }

  /**
   * Move nearer to a place, at most to where every point of a layer is drawn.
   *
   * @param {[number, number]} center degrees
   * @param {string} id of the layer
   */
  closer(center, id) {
    const now = this.map.getZoom();
    const deepest = this.map.getSource(id)?.maxzoom ?? this.map.getMaxZoom();
    this.map.easeTo({ center, zoom: Math.max(now + 1, Math.min(Math.floor(now) + 2, deepest)), duration: 600 });
  }

  /**
   * Return whom the tiles of a layer name as their source.
   *
   * @param {string} id
   */
  attribution(id) {
    return this.map.getSource(id)?.attribution ?? "";
  }

  /**
   * Load a source again after a failure: the tiles that failed, else its description.
   *
   * @param {string} id
   */
  reload(id) {
    const source = this.map.getSource(id);
    const tiles = this.failed.get(id);
    this.failed.delete(id);
    // Setting the address again leaves tiles alone that failed.
    if (source && tiles) this.map.refreshTiles(id, [...tiles.values()]);
    else if ((source instanceof VectorTileSource || source instanceof RasterTileSource) && source.url) source.setUrl(source.url);
  }

  /** @param {{error: unknown, sourceId?: string, tile?: import("maplibre-gl").Tile}} event of the map */
  #note({ sourceId, tile }) {
    if (!sourceId || !tile) return;
    // By name: a tile that fails every few seconds is kept once.
    const tiles = this.failed.get(sourceId) ?? new Map();
    this.failed.set(sourceId, tiles.set(tile.tileID.key, tile.tileID.canonical));
  }

  #apply() {
    this.waiting = false;
    this.map.setStyle(dress(this.base, this.scene), { diff: true });
    document.documentElement.dataset.map = "busy";
    this.map.triggerRepaint();
    this.map.getCanvas().setAttribute("aria-label", t("map"));
  }

  #padding() {
    const stage = this.map.getContainer().getBoundingClientRect();
    const small = matchMedia(SMALL).matches;
    const edge = small ? 24 : 64;
    const covers = [...document.querySelectorAll("[data-cover]:not([hidden])")].map((cover) => cover.getBoundingClientRect());
    const over = covers.filter((box) => box.right > stage.left + 1 && box.left < stage.right);
    const right = small ? 0 : Math.max(0, ...over.map((box) => stage.right - box.left));
    const bottom = small && over.length ? stage.height * SHEET : 0;
    return { top: edge, right: edge + right, bottom: edge + bottom, left: edge };
  }
}

/** @returns {boolean} whether this browser can draw the map */
export function canDraw() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

/**
 * Say on the page whether the map is drawn: `data-ready` after the first time, `data-map` busy or idle.
 *
 * @param {MapLibre} map
 */
function tellState(map) {
  const page = document.documentElement.dataset;
  map.on("movestart", () => (page.map = "busy"));
  map.on("dataloading", () => (page.map = "busy"));
  map.on("idle", () => Object.assign(page, { map: "idle", ready: "true" }));
}

/** @param {Style} style @param {BBox} bounds @returns {import("maplibre-gl").MapOptions} */
function options(style, bounds) {
  return {
    container: "map",
    style,
    bounds,
    fitBoundsOptions: { padding: matchMedia(SMALL).matches ? { top: 16, right: 16, bottom: 64, left: 16 } : 40 },
    hash: "map",
    minZoom: 3,
    maxZoom: 20,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    locale: { "Map.Title": t("map") },
  };
}
