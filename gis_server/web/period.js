/** Time ranges: what a preset means for given data, and the days of the Vietnamese calendar. */

/** @typedef {import("./types.js").Period} Period */

export const PRESETS = /** @type {const} */ (["P1D", "P7D", "P30D", "P365D"]);

const MINUTE = 60_000;
const DAY = 86_400_000;
const ZONE = "+07:00";

/**
 * Return the interval that a period means.
 *
 * @param {Period} period
 * @param {string} newest time of the newest data; a preset ends at the full minute after it
 * @returns {{from: string, to: string}} RFC 3339 times in UTC
 */
export function interval(period, newest) {
  if (!("preset" in period)) {
    const end = Date.parse(`${period.to}T00:00:00${ZONE}`) + DAY;
    return { from: utc(Date.parse(`${period.from}T00:00:00${ZONE}`)), to: utc(end) };
  }
  const end = Math.floor(Date.parse(newest) / MINUTE) * MINUTE + MINUTE;
  return { from: utc(end - Number(period.preset.slice(1, -1)) * DAY), to: utc(end) };
}

/**
 * Return the day of the Vietnamese calendar at a time, as YYYY-MM-DD.
 *
 * @param {string} time
 */
export function day(time) {
  return new Date(Date.parse(time) + 7 * 60 * MINUTE).toISOString().slice(0, 10);
}

/** @param {number} time */
function utc(time) {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
