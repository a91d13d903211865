import { h } from "../dom.js";
import { area, number } from "../format.js";
import { icon } from "../icons.js";
import { pick, t } from "../text.js";
import { facts, shell, source, title } from "./card.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").Layer} Layer @typedef {import("../types.js").ParcelAnswer} ParcelAnswer */

const SHOWN_ABOVE = ["sheet", "number", "area_paper", "area_geometry", "land_code"];

/** Said by the name of the commune, where that is known. */
const CODE_OF_PLACE = "commune_code";

/**
 * Make the card of a land parcel.
 *
 * @param {App} app
 * @param {ParcelAnswer} answer
 */
export function parcelCard(app, answer) {
  const layer = /** @type {Layer} */ (app.layers.get("land_parcel"));
  const about = answer.parcel.properties ?? {};
  const body = [use(layer, about.land_code), place(about.commune_name), areas(about), facts(layer, about, about.commune_name ? [...SHOWN_ABOVE, CODE_OF_PLACE] : SHOWN_ABOVE), planned(answer), neighbours(app, layer, answer), note(answer), source(layer)];
  return shell(app, title(layer, about), pick(layer.title), body, true);
}

/** @param {Layer} layer @param {string} code */
function codeOf(layer, code) {
  return layer.fields.find((field) => field.name === "land_code")?.codes?.[code];
}

/** @param {Layer} layer @param {string} code */
function use(layer, code) {
  const known = codeOf(layer, code);
  return code && h("p", { class: "land-use" }, swatch("fill", known?.color ?? "transparent"), h("strong", {}, code), known && h("span", {}, pick(known)));
}

/** @param {string|undefined} name of the commune */
function place(name) {
  return name && h("p", { class: "parcel-place" }, icon("place"), name);
}

/** @param {import("../types.js").Properties} about */
function areas({ area_paper: paper, area_geometry: shape }) {
  const both = typeof paper === "number" && typeof shape === "number" && paper > 0;
  const cell = (/** @type {string} */ term, /** @type {unknown} */ value) => h("div", {}, h("dt", {}, term), h("dd", {}, typeof value === "number" ? area(value) : "–"));
  return [
    h("dl", { class: "areas" }, cell(t("areaPaper"), paper), cell(t("areaGeometry"), shape)),
    both && h("p", { class: "area-difference" }, t("areaDifference", { area: signed(shape - paper, area), percent: signed(((shape - paper) / paper) * 100, (n) => number(n, 1)) })),
  ];
}

/** @param {number} value @param {(value: number) => string} write */
function signed(value, write) {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${write(Math.abs(value))}`;
}

/** @param {ParcelAnswer} answer */
function planned(answer) {
  const head = h("h3", { class: "overline" }, t("planned"));
  if (!answer.planned.length) return h("section", {}, head, h("p", { class: "quiet" }, t("plannedNone")));
  const plans = [...new Set(answer.planned.map((use) => [use.plan_name, use.decision].filter(Boolean).join(" · ")).filter(Boolean))];
  const columns = h("tr", {}, h("th", { scope: "col" }, t("plannedUse")), h("th", { scope: "col" }, t("plannedArea")), h("th", { scope: "col" }, t("plannedShare")));
  const rows = answer.planned.map((use) =>
    h("tr", {}, h("td", {}, swatch("fill", use.color), h("strong", {}, use.land_code), " ", pick(use.title)), h("td", {}, number(use.area_m2, 1)), h("td", {}, number(use.percent, 1))),
  );
  return h("section", {}, head, h("table", { class: "planned" }, h("thead", {}, columns), h("tbody", {}, rows)), plans.map((plan) => h("p", { class: "plan" }, plan)));
}

/** @param {App} app @param {Layer} layer @param {ParcelAnswer} answer */
function neighbours(app, layer, answer) {
  if (!answer.neighbours.length) return null;
  const row = (/** @type {import("../types.js").Neighbour} */ parcel) =>
    h(
      "li",
      {},
      h(
        "button",
        { id: `neighbour-${parcel.id}`, type: "button", class: "row", onclick: () => app.cards.open("land_parcel", parcel.id, true) },
        swatch("fill", codeOf(layer, parcel.land_code)?.color),
        h("span", { class: "row-words" }, h("span", { class: "row-title" }, t("neighbourTitle", { number: parcel.number, sheet: parcel.sheet })), h("span", { class: "row-detail" }, `${parcel.land_code} · ${area(parcel.area_m2)}`)),
        icon("next"),
      ),
    );
  return h("section", {}, h("h3", { class: "overline" }, `${t("neighbours")} (${answer.neighbours.length})`), h("ul", { class: "rows", "data-testid": "neighbours" }, answer.neighbours.map(row)));
}

/** @param {ParcelAnswer} answer */
function note(answer) {
  return h("p", { class: "reference" }, pick(answer.note));
}
