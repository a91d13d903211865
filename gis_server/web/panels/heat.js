import { h } from "../dom.js";
import { pick, t } from "../text.js";
import { swatch } from "./swatch.js";
import { timeControl } from "./time.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").Layer} Layer @typedef {import("../types.js").Field} Field */

/**
 * Draw the choice of hexagons: which data, which time, which categories.
 *
 * @param {App} app
 */
export function heatPanel(app) {
  const layer = app.layers.get(app.store.get().heat);
  const playable = layer && app.store.get().show === "density";
  return [timeControl(app), choices(app), layer && looks(app), playable && app.player.draw(), layer && categories(app, layer)];
}

/** Draw the choice between how many and where it is hot. @param {App} app */
function looks(app) {
  const { show } = app.store.get();
  const choice = (/** @type {import("../types.js").Show} */ look, /** @type {string} */ words) =>
    h("button", { id: `show-${look}`, type: "button", "aria-pressed": String(show === look), onclick: () => app.store.set({ show: look }) }, words);
  return h(
    "fieldset",
    { class: "looks" },
    h("legend", { class: "overline" }, t("showTitle")),
    h("div", { class: "segments" }, choice("density", t("showDensity")), choice("hot", t("showHot")), choice("usual", t("showUsual"))),
    show === "density" && rates(app),
    show !== "density" && h("p", { class: "quiet" }, t(show === "hot" ? "showHotHelp" : "showUsualHelp")),
  );
}

/** @param {App} app */
function choices(app) {
  const chosen = app.store.get().heat;
  const choice = (/** @type {string|null} */ id, /** @type {string} */ title) =>
    h(
      "label",
      { class: "choice" },
      h("input", { id: `heat-${id ?? "none"}`, type: "radio", name: "heat", checked: chosen === id, onchange: () => app.store.set({ heat: id, categories: null }) }),
      h("span", {}, title),
    );
  return h(
    "fieldset",
    { class: "choices" },
    h("legend", { class: "overline" }, t("heatChoose")),
    choice(null, t("heatNone")),
    app.layers.heat.map((layer) => choice(layer.id, pick(layer.title))),
  );
}

/** Draw the choice of what events are divided by. @param {App} app */
function rates(app) {
  const { rate } = app.store.get();
  const choice = (/** @type {import("../types.js").Rate} */ divisor, /** @type {string} */ words) =>
    h("button", { id: `rate-${divisor || "none"}`, type: "button", "aria-pressed": String(rate === divisor), onclick: () => app.store.set({ rate: divisor }) }, words);
  return h("div", { class: "segments", role: "group", "aria-label": t("rateTitle") }, choice("", t("rateNone")), choice("area", t("rateArea")), choice("people", t("ratePeople")));
}

/** @param {App} app @param {Layer} layer */
function categories(app, layer) {
  const field = layer.fields.find(({ name }) => name === layer.heatmap?.category);
  if (!field?.codes) return null;
  const chosen = app.store.get().categories;
  return h(
    "fieldset",
    { class: "choices" },
    h("legend", { class: "overline" }, t("heatCategories")),
    chosen && h("button", { id: "category-all", type: "button", class: "link", onclick: () => app.store.set({ categories: null }) }, t("heatAll")),
    Object.keys(field.codes).map((code) => category(app, field, code)),
    chosen?.length === 0 && h("p", { class: "quiet", role: "alert" }, t("heatNoneChosen")),
  );
}

/** @param {App} app @param {Field} field @param {string} code */
function category(app, field, code) {
  const all = Object.keys(field.codes ?? {});
  const chosen = app.store.get().categories ?? all;
  const toggle = () => {
    const next = all.filter((other) => (other === code) !== chosen.includes(other));
    app.store.set({ categories: next.length === all.length ? null : next });
  };
  return h(
    "label",
    { class: "choice" },
    h("input", { id: `category-${code}`, type: "checkbox", checked: chosen.includes(code), onchange: toggle }),
    h("span", {}, pick(field.codes?.[code])),
    field.codes?.[code].color && swatch("circle", field.codes[code].color),
  );
}
