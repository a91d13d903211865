/** Milliseconds after which a source whose server was busy is loaded again. */
const PAUSE_MS = 2000;

/** How often in a row, and the milliseconds after which a new row begins. */
const TRIES = 5;
const ROW_MS = 30_000;

/** Retry with a pause: sources of which the server had no room to answer (503) are loaded again. */
export class BusySources {
  /** @param {(sourceId: string) => void} reload */
  constructor(reload) {
    this.reload = reload;
    /** @type {Map<string, {since: number, tries: number}>} */
    this.rows = new Map();
    /** @type {Set<string>} */
    this.waiting = new Set();
  }

  /**
   * Tell whether a failure passes by itself; if so, the source is loaded again soon.
   *
   * @param {string} sourceId
   * @param {unknown} error
   */
  passes(sourceId, error) {
    if (!(error instanceof Error && "status" in error && error.status === 503)) return false;
    if (this.waiting.has(sourceId)) return true;
    const known = this.rows.get(sourceId);
    const row = known && Date.now() - known.since < ROW_MS ? known : { since: Date.now(), tries: 0 };
    if (row.tries >= TRIES) return false;
    this.rows.set(sourceId, { since: row.since, tries: row.tries + 1 });
    this.waiting.add(sourceId);
    setTimeout(() => {
      this.waiting.delete(sourceId);
      this.reload(sourceId);
    }, PAUSE_MS);
    return true;
  }
}
