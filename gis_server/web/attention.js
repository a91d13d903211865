import { latest } from "./api.js";
import { t } from "./text.js";

/** @typedef {import("./types.js").AttentionItem} AttentionItem @typedef {import("./main.js").App} App */
/** @typedef {"worse"|"present"|"calm"} Level @typedef {import("./types.js").Text} Text */

const NONE = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features: [] });

/**
 * Return how much a figure asks for: it grew or is of the first priority, it is there, or it is nothing.
 *
 * @param {AttentionItem} item
 * @returns {Level}
 */
export function level(item) {
  if (!item.count) return "calm";
  const grew = typeof item.previous === "number" && item.count > item.previous;
  return grew || item.priority === 1 ? "worse" : "present";
}

/** The figures that need a leader's eye, and the places behind the open one. */
export class Attention {
  /** @param {App} app @param {() => void} changed draws the panel again */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
    /** @type {AttentionItem[]|null} */
    this.items = null;
    this.failed = false;
    /** When the figures came. */
    this.at = "";
    this.placesFailed = false;
    /** @type {GeoJSON.FeatureCollection|null} */
    this.places = null;
    /** @type {import("./api.js").Latest<import("./types.js").AttentionAnswer>} */
    this.ask = latest();
    /** @type {import("./api.js").Latest<GeoJSON.FeatureCollection>} */
    this.askPlaces = latest();
  }

  /** How many figures stand out. */
  get worse() {
    return (this.items ?? []).filter((item) => level(item) === "worse").length;
  }

  /** Ask for the figures of the chosen time. */
  async load() {
    const { from, to } = this.app.interval();
    try {
      const answer = await this.ask(`attention?datetime=${from}/${to}`);
      if (!answer) return;
      this.items = answer.items;
      this.failed = false;
      this.at = new Date().toISOString();
    } catch {
      this.failed = true;
    }
    this.changed();
    if (this.app.store.get().attention) await this.show(false);
  }

  /**
   * Show the places of the figure that the state names.
   *
   * @param {boolean} fly
   */
  async show(fly) {
    const item = (this.items ?? []).find(({ layer }) => layer === this.app.store.get().attention);
    if (!item) return this.#put(null);
    try {
      const places = await this.askPlaces(item.places);
      if (!places) return;
      this.placesFailed = false;
      this.#put(places);
      if (fly && places.bbox?.length === 4 && places.features.length) this.app.view.fit(places.bbox);
    } catch {
      this.placesFailed = true;
      this.#put(null);
      this.app.notices.failed(t("failedPlaces"), () => this.show(fly));
    }
  }

  /** @param {GeoJSON.FeatureCollection|null} places */
  #put(places) {
    this.places = places;
    this.app.view.update({ places: places ?? NONE });
    this.changed();
  }
}

/**
 * Return the detail of a place in both languages; a map tile's copy of it is text.
 *
 * @param {string|Text|null|undefined} value
 * @returns {Text|null}
 */
export function detail(value) {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value);
  } catch {
    return { vi: value, en: value };
  }
}
