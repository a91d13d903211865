import { follow, parse } from "./address.js";
import { json } from "./api.js";
import { Attention } from "./attention.js";
import { Cards } from "./cards.js";
import { fetchLayers } from "./catalogue.js";
import { h } from "./dom.js";
import { position } from "./format.js";
import { BusySources } from "./map/busy.js";
import { HeatClasses, tilejson } from "./map/heat.js";
import { canDraw, View } from "./map/view.js";
import { drawDemo, drawHeader } from "./panels/header.js";
import { drawLeftOut } from "./panels/left-out.js";
import { drawLegend } from "./panels/legend.js";
import { Notices, failure } from "./panels/notices.js";
import { TimePlayer } from "./panels/player.js";
import { Search } from "./panels/search.js";
import { drawSide } from "./panels/side.js";
import { drawSources } from "./panels/sources.js";
import { drawZoom } from "./panels/zoom.js";
import { interval } from "./period.js";
import { SMALL } from "./screen.js";
import { loadSprite } from "./sprite.js";
import { createStore } from "./store.js";
import { pick, setLang, t } from "./text.js";

/** @typedef {import("./types.js").State} State */

const REFRESH_MS = 60_000;
const EMPTY = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features: [] });

/** What every part of the page may reach. */
export class App {
  /** @param {import("./catalogue.js").Layers} layers @param {import("./store.js").Store} store @param {View} view */
  constructor(layers, store, view) {
    this.layers = layers;
    this.store = store;
    this.view = view;
    this.notices = new Notices(/** @type {HTMLElement} */ (document.getElementById("notices")));
    /** @type {Set<string>} */
    this.opened = new Set();
    /** Hidden layers whose source has failed; they are tried again when they are wanted. @type {Set<string>} */
    this.broken = new Set();
    this.busy = new BusySources((sourceId) => this.view.reload(sourceId));
    this.heatEmpty = false;
    this.cards = new Cards(this);
    this.attention = new Attention(this, () => drawSide(this));
    this.search = new Search(this);
    this.player = new TimePlayer(this);
  }

  /** The chosen time; a preset ends with the newest data of the hexagons' layer, else of all. */
  interval() {
    const { period, heat } = this.store.get();
    return interval(period, this.layers.newest(heat));
  }

  /** Open or close a detail of the list. */
  expand(/** @type {string} */ key) {
    if (!this.opened.delete(key)) this.opened.add(key);
    drawSide(this);
  }

  /** Draw everything around the map. */
  draw() {
    drawDemo(this);
    drawHeader(this, this.search.element);
    drawZoom(this);
    drawSources(this);
    drawSide(this);
    drawLegend(this);
    drawLeftOut(this);
    this.cards.draw();
  }

  /** Tell the map which hexagons to show. */
  heat() {
    const state = this.store.get();
    const layer = this.layers.get(state.heat);
    this.heatEmpty = false;
    const shown = layer?.heatmap && state.categories?.length !== 0 ? this.#hexagons(layer, layer.heatmap.value) : null;
    this.view.update({ heat: shown, now: this.interval().to });
    drawLegend(this);
  }

  /**
   * Describe the hexagons of a layer for the map, before their classes are known.
   *
   * @param {import("./types.js").Layer} layer
   * @param {import("./types.js").HeatValue|null} value
   * @returns {import("./map/style.js").Heat}
   */
  #hexagons(layer, value) {
    const state = this.store.get();
    const rated = state.show === "density" && state.rate !== "";
    return {
      url: new URL(tilejson(layer, state, this.layers.newest(layer.id)), document.baseURI).href,
      property: value || rated ? "value" : "count",
      skewed: rated || value?.aggregate !== "mean",
      worse: rated ? "high" : (value?.worse ?? "high"),
      kinds: state.show === "density" ? null : state.show,
      live: false,
      breaks: [],
    };
  }
}

/** @param {State} state */
const stylePath = (state) => `styles/${state.theme}.json?lang=${state.lang}`;

/** @param {State} state */
function dressPage(state) {
  setLang(state.lang);
  document.documentElement.dataset.theme = state.theme;
  document.documentElement.toggleAttribute("data-wall", state.wall);
}

/** @param {App} app */
function connect(app) {
  const { store } = app;
  store.on(["lang", "theme", "wall"], (state) => {
    dressPage(state);
    app.search.translate();
    app.draw();
  });
  store.on(["lang", "theme"], (state) => restyle(app, state));
  store.on(["theme"], () => icons(app));
  store.on(["heat", "show", "rate", "categories", "period"], () => app.player.stop());
  store.on(["panel", "layers", "heat", "show", "rate", "categories", "period", "attention", "card"], () => drawSide(app));
  store.on(["layers"], (state) => showLayers(app, state));
  store.on(["heat", "show", "rate", "categories", "period"], () => app.heat());
  store.on(["heat", "period"], () => app.attention.load());
  store.on(["attention"], () => app.attention.show(true));
  store.on(["card"], () => app.cards.load());
}

/** @param {App} app @param {State} state */
async function restyle(app, state) {
  try {
    await app.view.restyle(stylePath(state), { theme: state.theme });
    drawLegend(app);
  } catch {
    app.notices.failed(t("failedStyle"), () => restyle(app, app.store.get()));
  }
}

/** @param {App} app @param {State} state */
function showLayers({ view, layers, broken }, state) {
  const visible = layers.drawn(state.layers);
  view.update({ visible });
  for (const id of visible.filter((layer) => broken.delete(layer))) view.reload(id);
}

/** @param {App} app */
async function icons(app) {
  await loadSprite(app.store.get().theme);
  drawSide(app);
}

/** @param {App} app */
function listen(app) {
  const { map } = app.view;
  const pointer = /** @type {HTMLElement} */ (document.getElementById("pointer"));
  map.on("click", (event) => app.cards.click(event));
  map.on("mousemove", (event) => (pointer.textContent = position(event.lngLat)));
  map.on("mouseout", () => (pointer.textContent = ""));
  map.on("zoomend", () => app.store.get().panel === "layers" && drawSide(app));
  map.on("idle", () => drawLeftOut(app));
  map.on("error", (event) => sourceFailed(app, event));
  new HeatClasses(app.view, ({ breaks, empty }) => {
    const heat = app.view.scene.heat;
    app.heatEmpty = empty;
    if (heat) app.view.update({ heat: { ...heat, breaks } });
    drawLegend(app);
  });
  addEventListener("keydown", (event) => keys(app, event));
}

/** @param {App} app @param {{error: unknown, sourceId?: string}} event of the map */
function sourceFailed(app, { sourceId, error }) {
  if (!sourceId) return console.warn(error);
  const layer = app.layers.get(sourceId);
  if (layer && !app.view.scene.visible.includes(sourceId)) return app.broken.add(sourceId);
  if (app.busy.passes(sourceId, error)) return;
  const what = layer ? pick(layer.title).toLocaleLowerCase() : t("heat").toLocaleLowerCase();
  app.notices.failed(t("failed", { what }), () => app.view.reload(sourceId));
}

/** @param {App} app @param {KeyboardEvent} event */
function keys(app, event) {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox" && event.target.type !== "radio";
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    return app.search.focus();
  }
  if (event.key !== "Escape") return;
  const { attention, wall } = app.store.get();
  if (app.cards.isOpen) app.cards.close();
  else if (attention) app.store.set({ attention: null });
  else if (wall) app.store.set({ wall: false });
}

/** @param {App} app */
async function refresh(app) {
  if (document.visibilityState !== "visible" || document.activeElement?.matches("input[type=date]")) return;
  try {
    const layers = await fetchLayers();
    if (layers.catalogue.declared !== app.layers.catalogue.declared) return location.reload();
    const moved = layers.newest(app.store.get().heat) !== app.layers.newest(app.store.get().heat);
    app.layers = layers;
    if (moved && !app.player.player.frames) app.heat();
    await app.attention.load();
  } catch (error) {
    console.warn(error);
  }
}

async function start() {
  const first = parse(location.search, initial([]));
  dressPage(first);
  if (!canDraw()) return stop(t("noWebgl"));
  const layers = await fetchLayers();
  const defaults = initial(layers.visible);
  const small = matchMedia(SMALL).matches && !new URLSearchParams(location.search).has("panel");
  const state = { ...parse(location.search, defaults), ...(small ? { panel: null } : {}) };
  const store = createStore(state);
  const placed = location.hash.includes("map=");
  const scene = { theme: state.theme, visible: layers.drawn(state.layers), now: "", heat: null, places: EMPTY, selection: EMPTY };
  const style = /** @type {import("./map/style.js").Style} */ (await json(stylePath(state)));
  const app = new App(layers, store, new View(style, scene, layers.catalogue.bounds));
  Object.assign(window, { gisMap: app.view.map });
  listen(app);
  connect(app);
  follow(store, defaults, (to) => app.view.map.jumpTo(to));
  app.draw();
  app.heat();
  if (!placed) app.cards.arrive();
  await Promise.all([icons(app), app.attention.load(), app.cards.load()]);
  setInterval(() => refresh(app), REFRESH_MS);
}

/** @param {string[]} visible @returns {State} */
function initial(visible) {
  return { lang: "vi", theme: "light", panel: "attention", layers: visible, heat: null, show: "density", rate: "", categories: null, period: { preset: "P7D" }, card: null, attention: null, wall: false };
}

/** @param {string} text */
function stop(text) {
  document.getElementById("map")?.replaceChildren(h("div", { class: "failure", role: "alert" }, h("p", {}, text)));
}

start().catch((error) => {
  console.warn(error);
  const text = error?.name === "GPUInitializationError" ? t("noWebgl") : t("failedCatalogue");
  document.getElementById("map")?.replaceChildren(failure(text, () => location.reload()));
});
