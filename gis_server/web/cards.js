import { latest, RequestFailed } from "./api.js";
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
/** @typedef {import("./types.js").ParcelAnswer} ParcelAnswer @typedef {import("./dom.js").Child} Child @typedef {import("./map/hit.js").Drawn} Drawn */

const PARCELS = "land_parcel";
const NONE = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features: [] });

/** The card of the chosen feature, its mark on the map, and what a click finds. */
export class Cards {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.box = /** @type {HTMLElement} */ (document.getElementById("card"));
    this.box.toggleAttribute("data-cover", true);
    /** @type {import("./api.js").Latest<ParcelAnswer|GeoJSON.Feature>} */
    this.ask = latest();
    /** @type {ParcelAnswer|GeoJSON.Feature|null} */
    this.answer = null;
    /** @type {Hit[]} */
    this.others = [];
    /** @type {(() => Child)|null} */
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
      this.#show(() => this.#card(card.layer, answer), { ...NONE, features: [shape(answer)] });
      if (document.activeElement === document.body) document.getElementById("card-title")?.focus({ preventScroll: true });
      if (this.goal === name(card)) this.zoom();
      this.goal = "";
    } catch (error) {
      const gone = error instanceof RequestFailed && error.status === 404;
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
    const hits = find(this.app.view.map, point, this.app.layers);
    if (hits.several) return this.#apart(hits.several);
    const marks = unique([...hits.places, ...hits.marks]);
    if (!marks.length && hits.cell) return this.#cell(hits.cell);
    const above = unique([...marks, ...hits.areas]);
    const all = unique([...above, ...(above.length ? [] : hits.base.slice(0, 1)), ...hits.ground]);
    if ((marks.length || hits.areas.length) > 1) return this.#choose(all);
    if (all.length) this.#take(all[0], all.slice(1));
    else this.close();
  }

  /** Go so near that what a sign stands for comes apart. @param {Drawn} feature of a point layer */
  #apart({ geometry, source }) {
    this.close();
    if (geometry.type !== "Point") return;
    const [longitude, latitude] = geometry.coordinates;
    this.app.view.closer([longitude, latitude], source);
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

  /** @param {Drawn} cell */
  #cell({ geometry, properties }) {
    this.app.store.set({ card: null });
    this.#show(() => cellCard(this.app, properties), { ...NONE, features: [{ type: "Feature", geometry, properties: {} }] });
  }

  /** @param {string} layer @param {ParcelAnswer|GeoJSON.Feature} answer */
  #card(layer, answer) {
    return "parcel" in answer ? parcelCard(this.app, answer) : featureCard(this.app, layer, answer, this.others);
  }

  /** @param {(() => Child)|null} content @param {GeoJSON.FeatureCollection} selection */
  #show(content, selection) {
    this.content = content;
    this.app.view.update({ selection });
    this.draw();
  }

  /** Fly to the feature of the card. */
  zoom() {
    const geometry = this.answer && shape(this.answer).geometry;
    if (geometry) this.app.view.fit(bboxOf(geometry));
  }
}

/** @param {ParcelAnswer|GeoJSON.Feature} answer */
function shape(answer) {
  return "parcel" in answer ? answer.parcel : answer;
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
