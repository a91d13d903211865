import { h, render } from "../dom.js";
import { number, unitSign } from "../format.js";
import { colours, LOOKS } from "../map/classes.js";
import { pick, t } from "../text.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").Layer} Layer */

/**
 * Draw the legend of the hexagons over the map.
 *
 * @param {App} app
 */
export function drawLegend(app) {
  const box = /** @type {HTMLElement} */ (document.getElementById("legend"));
  const layer = app.layers.get(app.store.get().heat);
  const heat = app.view.scene.heat;
  box.hidden = !layer || !heat;
  if (!layer || !heat) return render(box);
  box.setAttribute("aria-label", t("legend"));
  render(
    box,
    h("p", { class: "legend-title" }, pick(layer.title)),
    h("p", { class: "legend-unit" }, heat.kinds ? t(heat.kinds === "hot" ? "showHot" : "showUsual") : measure(layer, heat.live ? "" : app.store.get().rate)),
    app.heatEmpty ? h("p", { class: "quiet" }, t(heat.kinds === "hot" ? "hotNone" : "heatEmpty")) : heat.kinds ? kinds(heat.kinds, app.store.get().theme) : classes(heat, app.store.get()),
    h("p", { class: "legend-zero" }, swatch("fill", "transparent"), t(heat.kinds === "hot" ? "hotZero" : "heatZero")),
  );
}

/**
 * Say what the number of a hexagon is, with its unit.
 *
 * @param {Layer} layer
 * @param {import("../types.js").Rate} rate
 */
export function measure(layer, rate) {
  if (rate) return t(rate === "area" ? "rateAreaLong" : "ratePeopleLong");
  const value = layer.heatmap?.value;
  if (!value) return t("heatCount");
  const field = layer.fields.find(({ name }) => name === value.field);
  const title = pick(field?.title) || value.field;
  const words = value.aggregate === "mean" ? t("heatMean", { field: title }) : t("heatSum", { field: title.toLocaleLowerCase() });
  return value.unit ? `${words} (${unitSign(value.unit)})` : words;
}

/** @param {import("../map/classes.js").Look} look @param {"light"|"dark"} theme */
function kinds(look, theme) {
  const { words, [theme]: shades } = LOOKS[look];
  return h("ol", { class: "classes" }, words.map((word, i) => h("li", {}, swatch("fill", shades[i]), t(word))));
}

/** @param {import("../map/style.js").Heat} heat @param {import("../types.js").State} state */
function classes({ breaks: starts, skewed, worse, live }, { theme, rate }) {
  const whole = skewed && (!rate || live);
  if (!starts.length) return h("p", { class: "quiet" }, t("loading"));
  const shades = colours(starts.length, theme, worse);
  return h("ol", { class: "classes" }, starts.map((start, i) => h("li", {}, swatch("fill", shades[i]), span(start, starts[i + 1], whole))));
}

/** @param {number} from @param {number|undefined} next @param {boolean} whole */
function span(from, next, whole) {
  const plain = (/** @type {number} */ value) => number(value, whole ? 0 : value < 1 ? 2 : 1);
  if (next === undefined) return `≥ ${plain(from)}`;
  if (!whole) return `${plain(from)} – < ${plain(next)}`;
  return next - 1 <= from ? plain(from) : `${plain(from)} – ${plain(next - 1)}`;
}
