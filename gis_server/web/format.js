import { getLang, pick, t } from "./text.js";

/** @typedef {import("./types.js").Field} Field */

const ZONE = "Asia/Ho_Chi_Minh";
const SIGNS = { m2: "m²", km2: "km²", m3: "m³", deg: "°", "L/s": "l/s", percent: "%", "%": "%" };

/**
 * Return a number as the reader writes it: 2.159,6 in Vietnamese, 2,159.6 in English.
 *
 * @param {number} value
 * @param {number} [digits] at most so many after the point
 */
export function number(value, digits = 2) {
  const options = { maximumFractionDigits: digits, useGrouping: true };
  return new Intl.NumberFormat(getLang() === "vi" ? "vi-VN" : "en-GB", options).format(value);
}

/** @param {number} value square metres */
export function area(value) {
  return `${number(value, 1)} m²`;
}

/**
 * Return a time as dd/MM/yyyy HH:mm in Việt Nam.
 *
 * @param {string} value
 */
export function datetime(value) {
  const time = parts(value);
  return time ? `${time.day}/${time.month}/${time.year} ${time.hour}:${time.minute}` : value;
}

/**
 * Return a date as dd/MM/yyyy.
 *
 * @param {string} value YYYY-MM-DD, or a time
 */
export function date(value) {
  const plain = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (plain) return `${plain[3]}/${plain[2]}/${plain[1]}`;
  const time = parts(value);
  return time ? `${time.day}/${time.month}/${time.year}` : value;
}

/**
 * Return the sign or word of a unit.
 *
 * @param {string|null} unit
 */
export function unitSign(unit) {
  if (!unit) return "";
  if (unit === "person") return t("person");
  return Reflect.get(SIGNS, unit) ?? unit;
}

/**
 * Return the value of a field for a reader.
 *
 * @param {Field} field
 * @param {unknown} value
 * @returns {string} empty where there is no value
 */
export function fieldValue(field, value) {
  if (value === null || value === undefined || value === "") return "";
  const code = field.codes?.[String(value)];
  if (code) return pick(code) || String(value);
  if (field.type === "datetime") return datetime(String(value));
  if (field.type === "date") return date(String(value));
  if (field.type === "boolean") return t(value ? "yes" : "no");
  if (typeof value !== "number") return String(value);
  // A whole number without a unit may be a year.
  if (field.type === "integer" && !field.unit && value < 10_000) return String(value);
  const digits = field.type === "integer" ? 0 : field.unit === "m2" ? 1 : 2;
  const sign = unitSign(field.unit);
  return [number(value, digits), sign].filter(Boolean).join(sign === "°" ? "" : "\u00a0");
}

/**
 * Return a position as latitude and longitude, in this order.
 *
 * @param {{lng: number, lat: number}} at
 */
export function position(at) {
  const five = (/** @type {number} */ n) => new Intl.NumberFormat(getLang() === "vi" ? "vi-VN" : "en-GB", { minimumFractionDigits: 5, maximumFractionDigits: 5 }).format(n);
  return t("position", { lat: five(at.lat), lng: five(at.lng) });
}

/** @param {string} value @returns {Record<string, string>|null} */
function parts(value) {
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) return null;
  const options = /** @type {const} */ ({ timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const named = new Intl.DateTimeFormat("en-GB", options).formatToParts(time);
  return Object.fromEntries(named.map((part) => [part.type, part.value]));
}
