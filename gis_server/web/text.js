import en from "./i18n/en.js";
import vi from "./i18n/vi.js";

/** @typedef {import("./types.js").Lang} Lang @typedef {import("./types.js").Text} Text */
/** @typedef {keyof typeof vi} Word key of a text of the interface */

const WORDS = { vi, en };

/** @type {Lang} */
let lang = "vi";

/** @param {Lang} chosen */
export function setLang(chosen) {
  lang = chosen;
  document.documentElement.lang = chosen;
}

/** @returns {Lang} */
export function getLang() {
  return lang;
}

/**
 * Return a text of the interface; `{name}` in it is replaced.
 *
 * @param {Word} key
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  return WORDS[lang][key].replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => String(values[name] ?? ""));
}

/**
 * Return the text of the chosen language out of what the server gives in both.
 *
 * @param {Text|null|undefined} text
 * @returns {string}
 */
export function pick(text) {
  return text ? text[lang] || text.vi : "";
}
