import { h, render } from "../dom.js";
import { icon } from "../icons.js";
import { pick, t } from "../text.js";

/** @typedef {import("../main.js").App} App */

/**
 * Draw the header around the search box, which lives on between drawings.
 *
 * @param {App} app
 * @param {HTMLElement} search
 */
export function drawHeader(app, search) {
  const { store, layers } = app;
  const state = store.get();
  const title = pick(layers.catalogue.title);
  document.title = title;
  const dark = state.theme === "dark";
  const header = /** @type {HTMLElement} */ (document.getElementById("header"));
  render(
    header,
    h("div", { class: "brand" }, h("img", { src: "web/icon.svg", alt: "", width: 32, height: 32 }), h("h1", {}, title)),
    search,
    h(
      "div",
      { class: "tools" },
      h("button", { id: "lang", type: "button", class: "tool", "aria-label": t("languageLabel"), title: t("language"), onclick: () => store.set({ lang: state.lang === "vi" ? "en" : "vi" }) }, h("span", { class: "tool-text" }, state.lang === "vi" ? "EN" : "VI")),
      tool("theme", dark ? "sun" : "moon", dark ? t("themeLight") : t("themeDark"), () => store.set({ theme: dark ? "light" : "dark" })),
      tool("wall", state.wall ? "close" : "wall", state.wall ? t("wallEnd") : t("wall"), () => store.set({ wall: !state.wall, panel: state.wall ? state.panel : "attention" })),
    ),
  );
}

/**
 * Draw the mark of demonstration data.
 *
 * @param {App} app
 */
export function drawDemo({ layers }) {
  const strip = /** @type {HTMLElement} */ (document.getElementById("demo"));
  strip.hidden = !layers.catalogue.demo;
  strip.textContent = t("demo");
}

/** @param {string} id @param {import("../icons.js").IconName} picture @param {string} label @param {() => void} onclick */
function tool(id, picture, label, onclick) {
  return h("button", { id, type: "button", class: "tool", "aria-label": label, title: label, onclick }, icon(picture));
}
