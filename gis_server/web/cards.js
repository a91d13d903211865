import { latest } from "./api.js";
import { h, render } from "./dom.js";
import { find } from "./map/hit.js";
import { bboxOf } from "./map/bbox.js";
import { cellCard, choiceCard, featureCard, shell } from "./panels/card.js";
import { failure } from "./panels/notices.js";
import { parcelCard } from "./panels/parcel.js";
import { sourcesCard } from "./panels/sources.js";
import { same } from "./store.js";
import { t } from "./text.js";

/** @typedef {import("./main.js").App} App @typedef {import("./types.js").BBox} BBox @typedef {import("./map/hit.js").Hit} Hit */

const PARCELS = "land_parcel";
const NONE = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features: [] });

/** The card of the chosen feature, its mark on the map, and what a click finds. */
export class Cards {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.box = /** @type {HTMLElement} */ (document.getElementById("card"));
    this.box.toggleAttribute("data-cover", true);
    this.ask = latest();
    /** @type {any} */
    this.answer = null;
    /** @type {Hit[]} */
    this.others = [];
    /** @type {(() => any)|null} */
    this.content = null;
    /** The feature to fly to as soon as its shape has come. */
    this.goal = "";
  }

  /**
   * Open the card of a feature.
   *
   * @param {string} layer
   * @param {string|number} id
   * @param {boolean} fly
   * @param {BBox|null} [bbox] where to fly at once; else to the shape when it has come
   */
  open(layer, id, fly, bbox = null) {
    this.others = [];
    const card = { layer, id: String(id) };
    const known = same(card, this.app.store.get().card) && this.answer;
    this.goal = fly && !bbox && !known ? name(card) : "";
    this.app.store.set(fly ? { card, layers: this.#with(layer) } : { card });
    if (fly && bbox) this.app.view.fit(bbox);
    else if (fly && known) this.zoom();
  }

  /** Fly to the feature of an address that names no position. */
  arrive() {
    const { card } = this.app.store.get();
    if (!card || !this.app.layers.get(card.layer)) return;
    this.goal = name(card);
    this.app.store.set({ layers: this.#with(card.layer) });
  }

  /** @param {string} layer whose feature is flown to, and so has to be on the map */
  #with(layer) {
    const { layers } = this.app.store.get();
    return layers.includes(layer) ? layers : [...layers, layer];
  }

  close() {
    if (this.box.contains(document.activeElement)) this.app.view.map.getCanvas().focus();
    this.content = null;
    this.others = [];
    if (this.app.store.get().card) this.app.store.set({ card: null });
    else this.load();
  }

  /** Show whose data are on the map. */
  sources() {
    this.app.store.set({ card: null });
    this.#show(() => sourcesCard(this.app), NONE);
  }

  get isOpen() {
    return this.content !== null;
  }

  /** Load what the state names, and draw it. */
  async load() {
    const card = this.app.store.get().card;
    this.answer = null;
    if (!card || !this.app.layers.get(card.layer)) return this.#show(null, NONE);
    this.#show(() => shell(this.app, t("card"), null, [h("p", { class: "quiet" }, t("loading"))]), NONE);
    try {
      const answer = await this.ask(path(card));
      if (!answer) return;
      this.answer = answer;
      this.#show(() => this.#card(card.layer), { ...NONE, features: [answer.parcel ?? answer] });
      if (document.activeElement === document.body) document.getElementById("card-title")?.focus({ preventScroll: true });
      if (this.goal === name(card)) this.zoom();
      this.goal = "";
    } catch (error) {
      const gone = /** @type {any} */ (error).status === 404;
      this.#show(() => shell(this.app, t("card"), null, [gone ? h("p", { class: "quiet" }, t("notFound")) : failure(t("failedCard"), () => this.load())]), NONE);
    }
  }

  /** Draw again what is shown, in another language for example. */
  draw() {
    this.box.hidden = this.content === null;
    this.box.setAttribute("aria-label", t("card"));
    render(this.box, this.content ? this.content() : null);
  }

  /** @param {{point: {x: number, y: number}}} event a click on the map */
  click({ point }) {
    const found = find(this.app.view.map, point, this.app.layers);
    if (found.several) return this.#apart(found.several);
    const marks = unique([...found.places, ...found.marks]);
    if (!marks.length && found.cell) return this.#cell(found.cell);
    const above = unique([...marks, ...found.areas]);
    const all = unique([...above, ...(above.length ? [] : found.base.slice(0, 1)), ...found.ground]);
    if ((marks.length || found.areas.length) > 1) return this.#choose(all);
    if (all.length) this.#take(all[0], all.slice(1));
    else this.close();
  }

  /** Go so near that what a sign stands for comes apart. @param {any} feature of a point layer */
  #apart(feature) {
    this.close();
    this.app.view.closer(feature.geometry.coordinates, feature.source);
  }

  /** @param {Hit} hit @param {Hit[]} others */
  #take(hit, others) {
    this.open(hit.layer, hit.id, false);
    this.others = others;
    this.draw();
  }

  /** @param {Hit[]} hits */
  #choose(hits) {
    this.app.store.set({ card: null });
    this.#show(() => choiceCard(this.app, hits), NONE);
  }

  /** @param {any} cell feature of a tile */
  #cell(cell) {
    this.app.store.set({ card: null });
    const feature = { type: "Feature", geometry: cell.geometry, properties: {} };
    this.#show(() => cellCard(this.app, cell.properties), { ...NONE, features: [/** @type {any} */ (feature)] });
  }

  /** @param {string} layer */
  #card(layer) {
    return layer === PARCELS ? parcelCard(this.app, this.answer) : featureCard(this.app, layer, this.answer, this.others);
  }

  /** @param {(() => any)|null} content @param {GeoJSON.FeatureCollection} selection */
  #show(content, selection) {
    this.content = content;
    this.app.view.update({ selection });
    this.draw();
  }

  /** Fly to the feature of the card. */
  zoom() {
    const geometry = (this.answer?.parcel ?? this.answer)?.geometry;
    if (geometry) this.app.view.fit(bboxOf(geometry));
  }
}

/** @param {import("./types.js").Reference} card */
function path({ layer, id }) {
  const key = encodeURIComponent(id);
  return layer === PARCELS ? `land/parcels/${key}` : `ogc/collections/${layer}/items/${key}?f=json`;
}

/** @param {import("./types.js").Reference} card */
function name({ layer, id }) {
  return `${layer}/${id}`;
}

/** @param {Hit[]} hits @returns {Hit[]} */
function unique(hits) {
  const seen = new Map(hits.map((hit) => [name(hit), hit]));
  return [...seen.values()];
}
