/** A small helper for making elements, and for drawing again without losing the keyboard's place. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `on…` attributes are listeners, `style` sets properties, `false` and `null` leave
 * an attribute out; children may be nodes, texts, lists and empty values.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {any} the element
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) assign(element, name, value);
  element.append(...nodes(children));
  return element;
}

/**
 * Draw children into a parent again; focus and scroll stay with the elements of the same id.
 *
 * @param {HTMLElement} parent
 * @param {...any} children
 */
export function render(parent, ...children) {
  const active = parent.contains(document.activeElement) ? document.activeElement?.id : null;
  const scrolls = [...parent.querySelectorAll("[data-scroll]")].map((e) => [e.id, e.scrollTop]);
  parent.replaceChildren(...nodes(children));
  for (const [id, top] of scrolls) {
    const element = document.getElementById(String(id));
    if (element) element.scrollTop = Number(top);
  }
  if (active) document.getElementById(active)?.focus({ preventScroll: true });
}

/**
 * Make a picture from drawing instructions on a 24 × 24 grid.
 *
 * @param {string} d
 * @returns {SVGElement}
 */
export function drawing(d) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

/** @param {HTMLElement} element @param {string} name @param {any} value */
function assign(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, String(v));
  else if (name === "checked" || name === "value" || name === "indeterminate") Reflect.set(element, name, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {any[]} children @returns {(Node|string)[]} */
function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}
