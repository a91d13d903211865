import { latest } from "../api.js";
import { h, render } from "../dom.js";
import { icon } from "../icons.js";
import { SMALL } from "../screen.js";
import { getLang, pick, t } from "../text.js";

/** @typedef {import("../main.js").App} App @typedef {import("../types.js").SearchResult} SearchResult */

const PAUSE_MS = 200;
const LIMIT = 8;
const KINDS = /** @type {const} */ ({ province: "kindProvince", commune: "kindCommune", parcel: "kindParcel", place: "kindPlace" });

/** The search box: a combobox with the list of what was found. */
export class Search {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {import("../api.js").Latest<import("../types.js").SearchAnswer>} */
    this.ask = latest();
    /** @type {SearchResult[]} */
    this.results = [];
    this.message = "";
    this.at = -1;
    this.timer = 0;
    this.input = h("input", {
      id: "search", type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "search-list",
      oninput: () => this.#later(), onkeydown: (/** @type {KeyboardEvent} */ e) => this.#key(e), onfocus: () => this.#draw(this.#something()),
    });
    this.list = h("div", { id: "search-list", class: "results", hidden: true });
    this.element = h("div", { class: "search", role: "search", onfocusout: (/** @type {FocusEvent} */ e) => this.#left(e) }, icon("search"), this.input, h("kbd", { "aria-hidden": "true" }, "/"), this.list);
    this.translate();
  }

  /** Put the words of the chosen language on. */
  translate() {
    this.input.placeholder = t("searchHint");
    this.input.setAttribute("aria-label", t("search"));
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#run(), PAUSE_MS);
  }

  async #run() {
    const text = this.input.value.trim();
    if (!text) return this.#take([], "");
    try {
      const answer = await this.ask(`search?q=${encodeURIComponent(text)}&limit=${LIMIT}&lang=${getLang()}`);
      if (!answer) return;
      const nothing = answer.results.length ? "" : t("searchNothing", { text });
      this.#take(answer.results, pick(answer.message) || nothing);
    } catch {
      this.#take([], t("failedSearch"));
    }
  }

  /** @param {SearchResult[]} results @param {string} message */
  #take(results, message) {
    this.results = results;
    this.message = message;
    this.at = results.length ? 0 : -1;
    this.#draw(this.#something());
  }

  #something() {
    return this.results.length > 0 || this.message !== "";
  }

  /** @param {boolean} open */
  #draw(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.setAttribute("aria-activedescendant", open && this.at >= 0 ? `result-${this.at}` : "");
    if (!open) return;
    render(
      this.list,
      this.message && h("p", { class: "results-message", role: "status" }, this.message),
      h("ul", { role: "listbox", "aria-label": t("searchResults") }, this.results.map((result, i) => this.#row(result, i))),
    );
    document.getElementById(`result-${this.at}`)?.scrollIntoView({ block: "nearest" });
  }

  /** @param {SearchResult} result @param {number} i */
  #row(result, i) {
    const known = result.kind in KINDS ? result.kind : "place";
    const kind = t(KINDS[known]);
    return h(
      "li",
      { id: `result-${i}`, role: "option", "aria-selected": String(i === this.at), "data-kind": result.kind, onmousedown: (/** @type {Event} */ e) => e.preventDefault(), onclick: () => this.#choose(result) },
      h("span", { class: "result-icon", title: kind }, icon(known)),
      h("span", { class: "result-words" }, h("span", { class: "result-title" }, result.title), h("span", { class: "result-subtitle" }, [kind, result.subtitle].filter(Boolean).join(" · "))),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (this.list.hidden) this.input.blur();
      return this.#draw(false);
    }
    if (event.key === "Enter" && this.results[this.at]) return this.#choose(this.results[this.at]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.results.length) return;
    event.preventDefault();
    this.at = (this.at + step + this.results.length) % this.results.length;
    this.#draw(true);
  }

  /** @param {SearchResult} result */
  #choose(result) {
    this.#draw(false);
    this.input.blur();
    if (matchMedia(SMALL).matches) this.app.store.set({ panel: null });
    this.app.cards.open(result.layer, result.id, true, result.bbox);
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const to = event.relatedTarget;
    if (!(to instanceof Node && this.element.contains(to))) this.#draw(false);
  }
}
