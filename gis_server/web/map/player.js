import { breaks } from "./classes.js";
import { HEAT, HEAT_TILES } from "./style.js";

/** @typedef {import("./view.js").View} View */

/** Frames of the chosen time: a window of a seventh of it slides on in 168 steps. */
const STEPS = 168;
const WINDOW = 24;

const FRAME_MS = 100;
const MAGIC = 0x31463348;

/**
 * Numbers of cells at many moments.
 *
 * @typedef {object} Frames
 * @property {Float64Array} ids of the features in the tiles
 * @property {(Uint8Array|Uint16Array|Uint32Array|Float32Array)[]} numbers a frame each, in the order of the ids
 */

/**
 * Return the address of frames.
 *
 * @param {string} tilejson address of the tiles, with the chosen time and categories
 * @param {{from: string, to: string}} interval
 * @param {number} resolution of the cells
 */
export function framesAddress(tilejson, interval, resolution) {
  const { step, window } = lengths(interval);
  return `${tilejson.replace(".json?", ".frames?").replace(/&(rate|lang)=[a-z]+/g, "")}&resolution=${resolution}&step=PT${step}S&window=PT${window}S`;
}

/** @param {{from: string, to: string}} interval @returns {{step: number, window: number}} seconds */
function lengths({ from, to }) {
  const step = Math.max(1, Math.floor((Date.parse(to) - Date.parse(from)) / 1000 / STEPS));
  return { step, window: step * WINDOW };
}

/**
 * Return from when to when a frame counts.
 *
 * @param {{from: string, to: string}} interval
 * @param {number} frame
 */
export function moment(interval, frame) {
  const { step, window } = lengths(interval);
  const start = Date.parse(interval.from) + frame * step * 1000;
  return { from: new Date(start).toISOString(), to: new Date(start + window * 1000).toISOString() };
}

/**
 * Read frames as the server packs them.
 *
 * @param {ArrayBuffer} body
 * @returns {Frames}
 */
export function unpack(body) {
  const [magic, cells, count, size] = new Uint32Array(body, 0, 4);
  if (magic !== MAGIC) throw new Error("these are no frames");
  const Kind = { 0: Float32Array, 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[size];
  if (!Kind) throw new Error(`frames of ${size} bytes a number`);
  const first = 16 + 8 * cells;
  const numbers = Array.from({ length: count }, (_, i) => new Kind(body, first + i * cells * Kind.BYTES_PER_ELEMENT, cells));
  return { ids: new Float64Array(body, 16, cells), numbers };
}

/** Plays frames on the hexagons of the map: their shapes stay, numbers are set as the state of features. */
export class Player {
  /** @param {View} view @param {(frame: number) => void} tell of the frame that is shown */
  constructor(view, tell) {
    this.view = view;
    this.tell = tell;
    /** @type {Frames|null} */
    this.frames = null;
    this.frame = 0;
    this.timer = 0;
    /** @type {ArrayLike<number>|null} */
    this.shown = null;
  }

  get playing() {
    return this.timer !== 0;
  }

  /** Resolution of the hexagons that are drawn; 0 while there are none. */
  get resolution() {
    const [first] = this.view.map.getSource(HEAT) ? this.view.map.querySourceFeatures(HEAT, { sourceLayer: HEAT_TILES }) : [];
    return first ? parseInt(String(first.properties.cell)[1], 16) : 0;
  }

  /**
   * Take frames and show the first.
   *
   * @param {Frames} frames
   * @param {boolean} skewed whether classes grow by factors
   */
  load(frames, skewed) {
    this.frames = frames;
    const heat = this.view.scene.heat;
    const values = frames.numbers.flatMap((numbers) => Array.from(numbers).filter((number) => number > 0));
    if (heat) this.view.update({ heat: { ...heat, breaks: breaks(values, skewed), live: true } });
    this.show(0);
  }

  play() {
    const begun = performance.now() - this.frame * FRAME_MS;
    const next = () => {
      const count = this.frames?.numbers.length ?? 0;
      const frame = Math.floor((performance.now() - begun) / FRAME_MS);
      if (frame >= count) return this.pause();
      if (frame !== this.frame) this.show(frame);
      this.timer = requestAnimationFrame(next);
    };
    this.timer = requestAnimationFrame(next);
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.tell(this.frame);
  }

  /** @param {number} frame */
  show(frame) {
    if (!this.frames) return;
    const { ids, numbers } = this.frames;
    const now = numbers[frame];
    // A mean of nothing is NaN, which shows as nothing too.
    for (let i = 0; i < ids.length; i++) {
      if (this.shown?.[i] === now[i]) continue;
      this.view.map.setFeatureState({ source: HEAT, sourceLayer: HEAT_TILES, id: ids[i] }, { now: Math.max(now[i] || 0, 0) });
    }
    this.shown = now;
    this.frame = frame;
    this.tell(frame);
  }

  /** Forget the frames; the map shows the whole time again. */
  stop() {
    cancelAnimationFrame(this.timer);
    Object.assign(this, { timer: 0, frames: null, shown: null, frame: 0 });
    if (this.view.map.getSource(HEAT)) this.view.map.removeFeatureState({ source: HEAT, sourceLayer: HEAT_TILES });
  }
}
