import { h } from "../dom.js";
import { datetime, fieldValue, number, unitSign } from "../format.js";
import { icon } from "../icons.js";
import { LOOKS } from "../map/classes.js";
import { pick, t } from "../text.js";
import { measure } from "./legend.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").Layer} Layer @typedef {import("../map/hit.js").Hit} Hit */
/** @typedef {import("../types.js").Properties} Properties @typedef {import("../dom.js").Child} Child */

/**
 * Make the frame of a card.
 *
 * @param {App} app
 * @param {string} title
 * @param {string|null} over what kind of thing it is
 * @param {Child[]} body
 * @param {boolean} [place] whether there is a place to fly to
 */
export function shell(app, title, over, body, place = false) {
  const zoom = place && h("button", { id: "card-zoom", type: "button", class: "icon-button", "aria-label": t("zoomTo"), title: t("zoomTo"), onclick: () => app.cards.zoom() }, icon("target"));
  const close = h("button", { id: "card-close", type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => app.cards.close() }, icon("close"));
  return [
    h("div", { class: "card-head" }, h("div", { class: "card-words" }, over && h("p", { class: "overline" }, over), h("h2", { id: "card-title", tabindex: "-1" }, title)), zoom, close),
    h("div", { class: "card-body", id: "card-body", "data-scroll": true, tabindex: "-1" }, body),
  ];
}

/**
 * Make the card of a feature of any layer.
 *
 * @param {App} app
 * @param {string} id of the layer
 * @param {GeoJSON.Feature} feature
 * @param {Hit[]} others what else is at this place
 */
export function featureCard(app, id, feature, others) {
  const layer = /** @type {Layer} */ (app.layers.get(id));
  const about = feature.properties ?? {};
  return shell(app, title(layer, about), pick(layer.title), [facts(layer, about), alsoHere(app, others), source(layer)], true);
}

/**
 * Return the name of a feature for a reader.
 *
 * @param {Layer} layer
 * @param {Properties} about its properties
 */
export function title(layer, about) {
  if (about.sheet && about.number) return t("parcelTitle", { number: about.number, sheet: about.sheet });
  const field = layer.fields.find(({ name }) => name === layer.label);
  return (field && fieldValue(field, about[layer.label])) || `${pick(layer.title)} ${about[layer.key] ?? ""}`.trim();
}

/**
 * Make the list of a feature's values.
 *
 * @param {Layer} layer
 * @param {Properties} about
 * @param {string[]} [without] fields shown elsewhere
 */
export function facts(layer, about, without = []) {
  const shown = layer.fields.filter((field) => field.name !== layer.label && !without.includes(field.name) && !(field.name === layer.key && field.type === "integer"));
  const rows = shown.flatMap((field) => {
    const value = fieldValue(field, about[field.name]);
    const color = field.codes?.[about[field.name]]?.color;
    return value ? [h("div", { class: "fact" }, h("dt", {}, pick(field.title)), h("dd", {}, color && swatch("circle", color), value))] : [];
  });
  return rows.length > 0 && h("dl", { class: "facts" }, rows);
}

/**
 * Say whose data these are, and of when.
 *
 * @param {Layer} layer
 */
export function source(layer) {
  const words = layer.changed_at ? t("source", { owner: pick(layer.owner), time: datetime(layer.changed_at) }) : pick(layer.owner);
  return h("p", { class: "card-source" }, words, layer.stale && h("span", { class: "badge badge-stale" }, t("stale")), layer.demo && h("span", { class: "badge badge-demo" }, t("demoShort")));
}

/**
 * Make the list of features at one place, to choose from.
 *
 * @param {App} app
 * @param {Hit[]} hits
 */
export function choiceCard(app, hits) {
  return shell(app, t("choose", { n: number(hits.length, 0) }), null, [h("ul", { class: "rows" }, hits.map((hit) => hitRow(app, hit)))]);
}

/**
 * Make the card of a hexagon.
 *
 * @param {App} app
 * @param {Properties} cell of a tile
 */
export function cellCard(app, cell) {
  const layer = app.layers.get(app.store.get().heat);
  if (!layer) return null;
  const value = layer.heatmap?.value;
  const { from, to } = app.interval();
  const look = app.view.scene.heat?.kinds;
  if (look) return wordCard(app, layer, look, cell);
  const { rate } = app.store.get();
  const unit = rate || !value ? "" : unitSign(value.unit);
  const measured = (value || rate) && cell.value !== undefined && h("div", { class: "fact" }, h("dt", {}, measure(layer, rate)), h("dd", {}, [number(cell.value, rate ? 2 : 1), unit].filter(Boolean).join("\u00a0")));
  return shell(app, pick(layer.title), t("heatCell"), [
    h("dl", { class: "facts" }, h("div", { class: "fact" }, h("dt", {}, t("heatCellCount")), h("dd", { class: "cell-count" }, number(cell.count, 0))), measured),
    h("p", { class: "card-source" }, `${datetime(from)} – ${datetime(to)}`),
  ]);
}

/** @param {App} app @param {Layer} layer @param {import("../map/classes.js").Look} look @param {Properties} cell */
function wordCard(app, layer, look, cell) {
  const { property, words, reasons, [app.store.get().theme]: shades } = LOOKS[look];
  const place = cell[property] - 1;
  const { from, to } = app.interval();
  const ratio = look === "usual" && cell.ratio !== undefined && h("p", {}, t("usualRatio", { n: number(cell.ratio * 100, 0) }));
  return shell(app, pick(layer.title), t("heatCell"), [
    h("p", { class: "hot-kind" }, swatch("fill", shades[place]), h("strong", {}, t(words[place]))),
    reasons[place] && h("p", {}, t(reasons[place])),
    ratio,
    h("p", { class: "card-source" }, `${datetime(from)} – ${datetime(to)}`),
  ]);
}

/** @param {App} app @param {Hit[]} others */
function alsoHere(app, others) {
  return others.length > 0 && h("section", {}, h("h3", { class: "overline" }, t("alsoHere")), h("ul", { class: "rows" }, others.map((hit) => hitRow(app, hit))));
}

/** @param {App} app @param {Hit} hit */
function hitRow(app, hit) {
  const layer = app.layers.get(hit.layer);
  const name = hit.properties.title ?? (layer ? title(layer, hit.properties) : hit.id);
  return h(
    "li",
    {},
    h(
      "button",
      { id: `hit-${hit.layer}-${hit.id}`, type: "button", class: "row", onclick: () => app.cards.open(hit.layer, hit.id, false) },
      h("span", { class: "row-words" }, h("span", { class: "row-title" }, name), h("span", { class: "row-detail" }, pick(layer?.title))),
      icon("next"),
    ),
  );
}
