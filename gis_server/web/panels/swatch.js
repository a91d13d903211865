import { h } from "../dom.js";
import { iconStyle } from "../sprite.js";

/**
 * Make the sample of a legend line.
 *
 * @param {"fill"|"line"|"circle"|"icon"} shape
 * @param {string|null|undefined} color
 * @param {string|null} [icon] name in the sprite
 */
export function swatch(shape, color, icon = null) {
  const drawn = shape === "icon" ? iconStyle(icon) : null;
  if (drawn) return h("span", { class: "swatch-box", "aria-hidden": "true" }, h("span", { style: drawn }));
  return h("span", { class: "swatch-box", "aria-hidden": "true" }, h("span", { class: `swatch swatch-${shape}`, style: color ? { "--swatch": color } : {} }));
}
