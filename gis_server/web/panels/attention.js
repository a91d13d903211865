import { detail, level } from "../attention.js";
import { h } from "../dom.js";
import { datetime, number } from "../format.js";
import { icon } from "../icons.js";
import { bboxOf } from "../map/bbox.js";
import { pick, t } from "../text.js";
import { failure } from "./notices.js";
import { timeControl } from "./time.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").AttentionItem} AttentionItem */

const LISTED = 60;

/** The arrow and the sentence of a figure that fell, stayed or rose. @type {Record<number, [import("../icons.js").IconName, import("../text.js").Word]>} */
const CHANGES = { [-1]: ["fall", "attentionLess"], 0: ["level", "attentionSame"], 1: ["up", "attentionMore"] };

/**
 * Draw the figures that need a leader's eye.
 *
 * @param {App} app
 */
export function attentionPanel(app) {
  return [timeControl(app), figures(app)];
}

/** @param {App} app */
function figures(app) {
  const { items, failed } = app.attention;
  if (failed) return failure(t("failedAttention"), () => app.attention.load());
  if (!items) return h("p", { class: "quiet" }, t("loading"));
  const calm = items.every((item) => level(item) === "calm");
  return [
    calm && h("p", { class: "quiet" }, t("attentionCalm")),
    h("ul", { class: "figures" }, items.map((item) => figure(app, item))),
    h("p", { class: "figures-at" }, t("attentionAt", { time: datetime(app.attention.at) })),
  ];
}

/** @param {App} app @param {AttentionItem} item */
function figure(app, item) {
  const open = app.store.get().attention === item.layer;
  const toggle = () => app.store.set({ attention: open ? null : item.layer });
  return h(
    "li",
    { class: "figure", "data-level": level(item), "data-layer": item.layer },
    h(
      "button",
      { id: `figure-${item.layer}`, type: "button", class: "figure-button", "aria-expanded": String(open), onclick: toggle },
      h("span", { class: "figure-count" }, number(item.count, 0)),
      h("span", { class: "figure-words" }, h("span", { class: "figure-title" }, pick(item.title)), h("span", { class: "figure-change" }, change(item))),
      icon("down"),
    ),
    open && placeList(app, item),
  );
}

/** @param {AttentionItem} item */
function change({ count, total, previous }) {
  const parts = [];
  if (previous !== null && previous !== undefined) {
    const by = count - previous;
    const [picture, key] = CHANGES[Math.sign(by)];
    parts.push(icon(picture), t(key, { n: number(Math.abs(by), 0), previous: number(previous, 0) }));
  } else if (total !== null && total !== undefined) parts.push(t("attentionTotal", { total: number(total, 0) }));
  return parts;
}

/** @param {App} app @param {AttentionItem} item */
function placeList(app, item) {
  const { places, placesFailed } = app.attention;
  if (placesFailed) return failure(t("failedPlaces"), () => app.attention.show(true));
  if (!places) return h("p", { class: "quiet" }, t("loading"));
  if (!places.features.length) return h("p", { class: "quiet" }, t("placesNone"));
  const rest = (item.kind === "rising" ? places.features.length : item.count) - LISTED;
  return h(
    "div",
    { class: "places" },
    h("ol", {}, places.features.slice(0, LISTED).map((place) => placeRow(app, place))),
    rest > 0 && h("p", { class: "quiet" }, t("placesRest", { n: number(rest, 0) })),
  );
}

/** @param {App} app @param {GeoJSON.Feature} place */
function placeRow(app, place) {
  const about = place.properties ?? {};
  const card = app.store.get().card;
  const current = card?.layer === about.layer && card?.id === String(about.id);
  const open = () => app.cards.open(about.layer, about.id, true, place.geometry && bboxOf(place.geometry));
  return h(
    "li",
    {},
    h(
      "button",
      { id: `place-${about.layer}-${about.id}`, type: "button", class: "place", "aria-current": current ? "true" : false, onclick: open },
      h("span", { class: "place-title" }, pick(about.title)),
      h("span", { class: "place-detail" }, pick(detail(about.detail))),
    ),
  );
}
