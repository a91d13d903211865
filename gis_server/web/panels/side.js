import { h, render } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../text.js";
import { attentionPanel } from "./attention.js";
import { heatPanel } from "./heat.js";
import { layersPanel } from "./layers.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").PanelName} PanelName @typedef {import("../text.js").Word} Word */

/** @type {Record<PanelName, {draw: (app: App) => import("../dom.js").Child, short: Word, title: Word}>} */
const PANELS = {
  attention: { draw: attentionPanel, short: "attention", title: "attention" },
  layers: { draw: layersPanel, short: "layersShort", title: "layers" },
  heat: { draw: heatPanel, short: "heat", title: "heat" },
};

/**
 * Draw the rail with the panels' names, and the open panel.
 *
 * @param {App} app
 */
export function drawSide(app) {
  const { store } = app;
  const open = store.get().panel;
  const rail = /** @type {HTMLElement} */ (document.getElementById("rail"));
  rail.setAttribute("aria-label", t("panels"));
  render(rail, Object.keys(PANELS).map((name) => railButton(app, /** @type {PanelName} */ (name), open)));
  const side = /** @type {HTMLElement} */ (document.getElementById("side"));
  side.hidden = open === null;
  side.toggleAttribute("data-cover", true);
  if (open === null) return render(side);
  const { draw, title } = PANELS[open];
  side.setAttribute("aria-label", t(title));
  const close = h("button", { id: "side-close", type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => store.set({ panel: null }) }, icon("close"));
  render(
    side,
    h("div", { class: "side-head" }, h("h2", {}, t(title)), close),
    h("div", { class: "side-body", id: `side-${open}`, "data-scroll": true, tabindex: "-1" }, draw(app)),
  );
}

/** @param {App} app @param {PanelName} name @param {PanelName|null} open */
function railButton(app, name, open) {
  const warn = name === "attention" && app.attention.worse > 0;
  return h(
    "button",
    { id: `rail-${name}`, type: "button", "aria-expanded": String(open === name), "aria-controls": "side", onclick: () => app.store.set({ panel: open === name ? null : name }) },
    icon(name),
    h("span", {}, t(PANELS[name].short)),
    warn && h("span", { class: "rail-count", "aria-hidden": "true" }, String(app.attention.worse)),
  );
}
