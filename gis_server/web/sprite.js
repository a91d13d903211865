import { json } from "./api.js";

/** @typedef {{x: number, y: number, width: number, height: number, pixelRatio: number}} Place */

const RATIO = 2;

/** Where the icons of the theme are in its sheet; empty until it has come. */
let sheet = { url: "", width: 0, icons: /** @type {Record<string, Place>} */ ({}) };

/**
 * Load the icons of a theme for the legends. Without them a legend shows its colours.
 *
 * @param {"light"|"dark"} theme
 */
export async function loadSprite(theme) {
  const url = `sprites/${theme}@${RATIO}x.png`;
  try {
    const [icons, width] = await Promise.all([json(`sprites/${theme}@${RATIO}x.json`), size(url)]);
    sheet = { url, width, icons: /** @type {Record<string, Place>} */ (icons) };
  } catch (error) {
    console.warn(error);
  }
}

/**
 * Return the style properties that show an icon as a background.
 *
 * @param {string|null} name
 * @returns {Record<string, string>|null}
 */
export function iconStyle(name) {
  const place = name ? sheet.icons[name] : undefined;
  if (!place) return null;
  return {
    width: `${place.width / RATIO}px`,
    height: `${place.height / RATIO}px`,
    "background-image": `url("${sheet.url}")`,
    "background-size": `${sheet.width / RATIO}px auto`,
    "background-position": `-${place.x / RATIO}px -${place.y / RATIO}px`,
  };
}

/** @param {string} url @returns {Promise<number>} width of a picture in pixels */
async function size(url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture.naturalWidth;
}
