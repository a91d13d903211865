import { h } from "../dom.js";
import { datetime, number } from "../format.js";
import { icon } from "../icons.js";
import { pick, t } from "../text.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").Layer} Layer */

const LEGEND_SHOWN = 8;

/**
 * Draw the list of layers by group.
 *
 * @param {App} app
 */
export function layersPanel(app) {
  return app.layers.catalogue.groups
    .filter((group) => group.layers.length)
    .map((group) =>
      h("section", { class: "group" }, h("h3", { class: "overline" }, pick(group.title)), h("ul", { class: "layer-list" }, group.layers.map((layer) => row(app, layer)))),
    );
}

/** @param {App} app @param {Layer} layer */
function row(app, layer) {
  const on = layer.always_visible || app.store.get().layers.includes(layer.id);
  const single = layer.legend.length === 1 ? layer.legend[0] : null;
  const title = pick(layer.title);
  return h(
    "li",
    { class: "layer", "data-layer": layer.id },
    h(
      "div",
      { class: "layer-row" },
      h(
        "label",
        { class: "layer-label", for: `layer-${layer.id}` },
        h("input", { id: `layer-${layer.id}`, type: "checkbox", role: "switch", class: "switch", checked: on, disabled: layer.always_visible, onchange: () => toggle(app, layer) }),
        h("span", { class: "layer-title" }, title, note(app, layer, on)),
        single && swatch(single.swatch, single.color, single.icon),
      ),
      h("button", { id: `about-${layer.id}`, type: "button", class: "icon-button", "aria-label": t("about", { title }), "aria-expanded": String(app.opened.has(layer.id)), onclick: () => app.expand(layer.id) }, icon("info")),
    ),
    on && !single && layer.legend.length > 0 && legend(app, layer),
    app.opened.has(layer.id) && about(layer),
  );
}

/** @param {App} app @param {Layer} layer @param {boolean} on */
function note(app, layer, on) {
  const far = on && app.view.map.getZoom() < layer.minzoom;
  const words = [layer.always_visible && t("always"), far && t("zoomIn"), !layer.changed_at && t("neverLoaded")].filter(Boolean);
  const stale = layer.stale && h("span", { class: "badge badge-stale", title: changed(layer) }, t("stale"));
  return (stale || words.length > 0) && h("span", { class: "layer-note" }, stale, words.join(" · "));
}

/** @param {App} app @param {Layer} layer */
function toggle(app, layer) {
  const { layers } = app.store.get();
  app.store.set({ layers: layers.includes(layer.id) ? layers.filter((id) => id !== layer.id) : [...layers, layer.id] });
}

/** @param {App} app @param {Layer} layer */
function legend(app, layer) {
  const key = `legend-${layer.id}`;
  const all = app.opened.has(key) || layer.legend.length <= LEGEND_SHOWN + 1;
  const items = all ? layer.legend : layer.legend.slice(0, LEGEND_SHOWN);
  return h(
    "ul",
    { class: "legend-list", "aria-label": t("legend") },
    items.map((item) => h("li", {}, swatch(item.swatch, item.color, item.icon), pick(item.title))),
    !all && h("li", {}, h("button", { id: key, type: "button", class: "link", onclick: () => app.expand(key) }, t("legendMore", { n: layer.legend.length - LEGEND_SHOWN }))),
  );
}

/** @param {Layer} layer */
function about(layer) {
  const pair = (/** @type {string} */ term, /** @type {string} */ value) => [h("dt", {}, term), h("dd", {}, value)];
  return h(
    "div",
    { class: "about" },
    h("p", {}, pick(layer.description)),
    h("dl", {}, pair(t("owner"), pick(layer.owner)), pair(t("rows"), number(layer.rows, 0)), pair(t("licence"), layer.licence)),
    h("p", { class: "about-loaded" }, changed(layer), layer.demo && h("span", { class: "badge badge-demo" }, t("demoShort"))),
  );
}

/** @param {Layer} layer */
function changed(layer) {
  return layer.changed_at ? t("loaded", { time: datetime(layer.changed_at) }) : t("neverLoaded");
}
