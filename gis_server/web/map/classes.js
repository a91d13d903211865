/** Classes of a heatmap: where they begin, and their colours. */

/** @typedef {import("../text.js").Word} Word */

const MOST = 6;

/** Sequential, of even lightness steps, safe for colour-blind readers; the last stands out most. */
const COLOURS = {
  light: ["#c5ead3", "#86d5b1", "#40b3ac", "#348ba6", "#37609a", "#3a2c5c"],
  dark: ["#3d4079", "#37659e", "#348fa7", "#40b7ad", "#8ad9b1", "#def5e5"],
};

/**
 * Return where the classes begin: rounded values, rising, at most six.
 *
 * @param {number[]} values of the cells in view
 * @param {boolean} skewed counts and sums grow by factors; means are shared out evenly
 * @returns {number[]} empty without values
 */
export function breaks(values, skewed) {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const different = [...new Set(sorted)];
  if (different.length <= MOST && skewed) return different;
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const starts = Array.from({ length: MOST }, (_, i) =>
    skewed ? low * (high / low) ** (i / MOST) : sorted[Math.floor((i * sorted.length) / MOST)],
  );
  return [...new Set(starts.map((value, i) => (i === 0 && skewed ? low : rounded(value, skewed))))].sort((a, b) => a - b);
}

/**
 * Return a colour for each class; what is worse stands out more.
 *
 * @param {number} count
 * @param {"light"|"dark"} theme
 * @param {"high"|"low"} worse
 */
export function colours(count, theme, worse) {
  const all = worse === "low" ? [...COLOURS[theme]].reverse() : COLOURS[theme];
  if (count < 2) return all.slice(3, 3 + count);
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (MOST - 1)) / (count - 1))]);
}

/**
 * Ways to see hexagons by words instead of by numbers: the property that has the number of the word, from 1 on, the
 * words, their explanations where they need one, and a colour for each.
 *
 * @typedef {"hot"|"usual"} Look
 * @type {Record<Look, {property: string, words: Word[], reasons: Word[], light: string[], dark: string[]}>}
 */
export const LOOKS = {
  hot: {
    property: "kind",
    words: ["hotNew", "hotGrowing", "hotPersistent", "hotFading", "hotUnusual"],
    reasons: ["hotNewWhy", "hotGrowingWhy", "hotPersistentWhy", "hotFadingWhy", "hotUnusualWhy"],
    light: ["#e8710a", "#c5221f", "#7b1e3a", "#5e8fbf", "#f2b705"],
    dark: ["#ff9d4d", "#ff6b5e", "#d64d86", "#7fb0e0", "#ffd54f"],
  },
  usual: {
    property: "level",
    words: ["usualAs", "usualWorse", "usualMuchWorse"],
    reasons: [],
    light: ["#6fb98f", "#f2a33a", "#b3261e"],
    dark: ["#5aa981", "#f2b04f", "#ff6b5e"],
  },
};

/** @param {number} value @param {boolean} skewed */
function rounded(value, skewed) {
  const unit = 10 ** Math.floor(Math.log10(value));
  if (!skewed) return Math.floor(value / (unit / 10)) * (unit / 10);
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8].reduce((best, s) => (Math.abs(s * unit - value) < Math.abs(best * unit - value) ? s : best));
  return unit === 1 ? Math.round(step) : step * unit;
}
