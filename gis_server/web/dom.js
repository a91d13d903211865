/** A small helper for making elements, and for drawing again without losing the keyboard's place. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An event handler. It is declared as a method, whose parameter may be a narrower kind of event.
 *
 * @typedef {{handle(event: Event): void}["handle"]} Handler
 */
/** @typedef {string|number|boolean|null|undefined|Record<string, string>|Handler} Attribute */
/** @typedef {Node|string|false|null|undefined|Child[]} Child */

/**
 * Make an element. `on…` attributes are listeners, `style` sets properties, `false` and `null` leave
 * an attribute out; children may be nodes, texts, lists and empty values.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
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
 * @param {...Child} children
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

/** @param {HTMLElement} element @param {string} name @param {Attribute} value */
function assign(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (typeof value === "object") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
  else if (name === "checked" || name === "value" || name === "indeterminate") Reflect.set(element, name, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Child[]} children @returns {(Node|string)[]} */
function nodes(children) {
  return children.flatMap((child) => (Array.isArray(child) ? nodes(child) : child ? [child] : []));
}
