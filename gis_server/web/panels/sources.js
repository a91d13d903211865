import { h, render } from "../dom.js";
import { pick, t } from "../text.js";
import { shell } from "./card.js";

/** @typedef {import("../main.js").App} App */

/**
 * Draw the button that tells whose data the map shows; the list itself would cover the map.
 *
 * @param {App} app
 */
export function drawSources(app) {
  const box = /** @type {HTMLElement} */ (document.getElementById("sources"));
  render(box, h("button", { id: "sources-open", type: "button", onclick: () => app.cards.sources() }, t("sources")));
}

/**
 * Make the card with owner, source and licence of each layer on the map.
 *
 * @param {App} app
 */
export function sourcesCard(app) {
  const shown = app.layers.all.filter((layer) => app.view.scene.visible.includes(layer.id) || layer.id === app.store.get().heat);
  const row = (/** @type {import("../types.js").Layer} */ layer) =>
    h("div", { class: "credit" }, h("dt", {}, pick(layer.title)), h("dd", {}, app.view.attribution(layer.id) || `${pick(layer.owner)} · ${layer.licence}`));
  return shell(app, t("sources"), null, [h("dl", { class: "credits" }, shown.map(row)), h("p", { class: "card-source" }, t("software"))]);
}
