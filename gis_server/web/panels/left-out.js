import { number } from "../format.js";
import { leftOut } from "../map/left-out.js";
import { pick, t } from "../text.js";

/**
 * Say quietly which layers the map does not show in full, so that a part is not taken for the whole.
 *
 * @param {import("../main.js").App} app
 */
export function drawLeftOut({ view, layers }) {
  const box = /** @type {HTMLElement} */ (document.getElementById("left-out"));
  const words = leftOut(view.map, layers, view.scene.visible).map(({ layer, shown, total }) => {
    const what = pick(layers.get(layer)?.title).toLocaleLowerCase();
    return total ? t("leftOutPart", { shown: number(shown, 0), total: number(total, 0), what }) : what;
  });
  const text = words.length ? t("leftOut", { what: words.join(" · ") }) : "";
  // The same text again would be read aloud again.
  if (box.textContent !== text) box.textContent = text;
}
