import { h } from "../dom.js";
import { datetime } from "../format.js";
import { PRESETS, day } from "../period.js";
import { t } from "../text.js";

/** @typedef {import("../main.js").App} App */

/**
 * Make the one control of time; it drives the figures and the hexagons.
 *
 * @param {App} app
 */
export function timeControl(app) {
  const { period } = app.store.get();
  const { from, to } = app.interval();
  const custom = !("preset" in period);
  return h(
    "fieldset",
    { class: "time" },
    h("legend", { class: "overline" }, t("time")),
    h("div", { class: "segments" }, PRESETS.map((preset) => presetButton(app, preset)), otherButton(app, from, to)),
    custom && days(app, period),
    h("p", { class: "time-range", "data-testid": "time-range" }, h("time", { datetime: from }, datetime(from)), " – ", h("time", { datetime: to }, datetime(to))),
  );
}

/** @param {App} app @param {typeof PRESETS[number]} preset */
function presetButton(app, preset) {
  const { period } = app.store.get();
  const pressed = "preset" in period && period.preset === preset;
  return h("button", { id: `time-${preset}`, type: "button", "aria-pressed": String(pressed), onclick: () => app.store.set({ period: { preset } }) }, t(preset));
}

/** @param {App} app @param {string} from @param {string} to */
function otherButton(app, from, to) {
  const pressed = !("preset" in app.store.get().period);
  return h("button", { id: "time-other", type: "button", "aria-pressed": String(pressed), onclick: () => pressed || app.store.set({ period: { from: day(from), to: day(to) } }) }, t("timeOther"));
}

/** @param {App} app @param {{from: string, to: string}} period */
function days(app, period) {
  const change = (/** @type {Partial<typeof period>} */ patch) => {
    const next = { ...period, ...patch };
    if (next.from && next.to && next.from <= next.to) app.store.set({ period: next });
  };
  return h(
    "div",
    { class: "days" },
    h("label", {}, t("timeFrom"), h("input", { id: "time-from", type: "date", value: period.from, max: period.to, onchange: (/** @type {Event} */ event) => change({ from: typed(event) }) })),
    h("label", {}, t("timeTo"), h("input", { id: "time-to", type: "date", value: period.to, min: period.from, onchange: (/** @type {Event} */ event) => change({ to: typed(event) }) })),
  );
}

/** @param {Event} event of a field for a date */
function typed(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
