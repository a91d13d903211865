import { buffer } from "../api.js";
import { h } from "../dom.js";
import { datetime } from "../format.js";
import { tilejson } from "../map/heat.js";
import { framesAddress, moment, Player, unpack } from "../map/player.js";
import { t } from "../text.js";
import { drawLegend } from "./legend.js";
import { drawSide } from "./side.js";

/** @typedef {import("../main.js").App} App */

/** Finest resolution of which frames can be had. */
const FINEST = 9;

/** The button and slider that play the chosen time. */
export class TimePlayer {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.player = new Player(app.view, (frame) => this.#tell(frame));
    app.view.map.on("zoomend", () => this.player.frames && this.player.resolution !== this.resolution && this.stop());
    this.resolution = 0;
  }

  /** Draw what stands in the panel of hexagons. */
  draw() {
    const { frames, playing, frame } = this.player;
    const label = playing ? t("playPause") : t("play");
    return h(
      "fieldset",
      { class: "player" },
      h("legend", { class: "overline" }, t("playTitle")),
      h("button", { id: "play", type: "button", class: "button", "aria-pressed": String(playing), onclick: () => this.#toggle() }, label),
      frames &&
        h("input", {
          id: "play-at", type: "range", min: 0, max: frames.numbers.length - 1, value: frame, "aria-label": t("playAt"), "aria-valuetext": this.#words(frame),
          oninput: (/** @type {Event} */ event) => this.#seek(/** @type {HTMLInputElement} */ (event.target).valueAsNumber),
        }),
      frames && h("p", { class: "time-range", id: "play-words" }, this.#words(frame)),
      frames && h("button", { id: "play-end", type: "button", class: "link", onclick: () => this.stop() }, t("playEnd")),
    );
  }

  /** Show the whole time again. */
  stop() {
    if (!this.player.frames) return;
    this.player.stop();
    this.app.heat();
    drawSide(this.app);
  }

  async #toggle() {
    if (this.player.playing) this.player.pause();
    else if (this.player.frames) this.#play();
    else await this.#load();
    drawSide(this.app);
  }

  #play() {
    const last = (this.player.frames?.numbers.length ?? 1) - 1;
    if (this.player.frame >= last) this.player.show(0);
    this.player.play();
  }

  async #load() {
    const { app, player } = this;
    const layer = app.layers.get(app.store.get().heat);
    this.resolution = player.resolution;
    if (!layer || !this.resolution) return;
    if (this.resolution > FINEST) return app.notices.failed(t("playTooClose"), null);
    const address = framesAddress(tilejson(layer, app.store.get(), app.layers.newest(layer.id)), app.interval(), this.resolution);
    try {
      player.load(unpack(await buffer(address)), layer.heatmap?.value?.aggregate !== "mean");
      drawLegend(app);
      // The map makes its hexagons ready for changing colours first; what is played meanwhile nobody sees.
      await new Promise((ready) => app.view.map.once("idle", ready));
      if (player.frames) player.play();
    } catch (error) {
      console.warn(error);
      app.notices.failed(t("failed", { what: t("playTitle").toLocaleLowerCase() }), () => this.#load());
    }
  }

  /** @param {number} frame */
  #seek(frame) {
    if (this.player.playing) this.player.pause();
    this.player.show(frame);
  }

  /** @param {number} frame */
  #words(frame) {
    const { from, to } = moment(this.app.interval(), frame);
    return `${datetime(from)} – ${datetime(to)}`;
  }

  /** @param {number} frame */
  #tell(frame) {
    const at = /** @type {HTMLInputElement|null} */ (document.getElementById("play-at"));
    const words = document.getElementById("play-words");
    if (at) at.value = String(frame);
    if (words) words.textContent = this.#words(frame);
    const button = document.getElementById("play");
    if (button) button.textContent = this.player.playing ? t("playPause") : t("play");
  }
}
