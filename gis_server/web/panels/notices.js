import { h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../text.js";

const LASTS_MS = 12_000;

/** Short messages over the map; the same message is shown once. */
export class Notices {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();
  }

  /**
   * Say that something failed, and offer to try it again.
   *
   * @param {string} text
   * @param {(() => void)|null} retry
   */
  failed(text, retry) {
    if (this.shown.has(text)) return;
    const again = retry && h("button", { type: "button", class: "button", onclick: () => this.#retry(text, retry) }, icon("retry"), t("retry"));
    const close = h("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => this.#remove(text) }, icon("close"));
    const notice = h("div", { class: "notice" }, h("span", {}, text), again, close);
    this.shown.set(text, notice);
    this.box.append(notice);
    if (!retry) setTimeout(() => this.#remove(text), LASTS_MS);
  }

  /** @param {string} text @param {() => void} retry */
  #retry(text, retry) {
    this.#remove(text);
    retry();
  }

  /** @param {string} text */
  #remove(text) {
    this.shown.get(text)?.remove();
    this.shown.delete(text);
  }
}

/**
 * Return a message that stands where content would be.
 *
 * @param {string} text
 * @param {() => void} retry
 */
export function failure(text, retry) {
  return h("div", { class: "failure", role: "alert" }, h("p", {}, text), h("button", { type: "button", class: "button", onclick: retry }, icon("retry"), t("retry")));
}
