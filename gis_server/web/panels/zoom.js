import { h, render } from "../dom.js";
import { t } from "../text.js";
import { icon } from "../icons.js";

/**
 * Draw the buttons that zoom the map.
 *
 * @param {import("../main.js").App} app
 */
export function drawZoom({ view, layers }) {
  const button = (/** @type {string} */ id, /** @type {import("../icons.js").IconName} */ picture, /** @type {import("../text.js").Word} */ label, /** @type {() => void} */ onclick) =>
    h("button", { id, type: "button", "aria-label": t(label), title: t(label), onclick }, icon(picture));
  render(
    /** @type {HTMLElement} */ (document.getElementById("zoom")),
    button("zoom-in", "plus", "zoomCloser", () => view.map.zoomIn()),
    button("zoom-out", "level", "zoomFurther", () => view.map.zoomOut()),
    button("zoom-all", "home", "zoomAll", () => view.fit(layers.catalogue.bounds)),
  );
}
