import { drawing } from "./dom.js";

/** Pictures of the interface, as lines on a 24 × 24 grid. */
const LINES = {
  attention: "M12 4 21 19.5H3zM12 10v4.5M12 17v.2",
  layers: "M12 4 21 9l-9 5-9-5zM4 13.2l8 4.4 8-4.4M4 16.8l8 4.4 8-4.4",
  heat: "M8 3.8 12 6.1v4.6L8 13l-4-2.3V6.1zM16 3.8l4 2.3v4.6L16 13l-4-2.3V6.1zM12 10.7l4 2.3v4.6l-4 2.3-4-2.3V13z",
  search: "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM16 16l4.5 4.5",
  close: "M6 6l12 12M18 6 6 18",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  wall: "M3 5h18v11.5H3zM8.5 20h7M12 16.5V20",
  info: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5.5M12 7.6v.2",
  target: "M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM12 2.5V7M12 17v4.5M2.5 12H7M17 12h4.5",
  next: "M9.5 6l6 6-6 6",
  down: "M6 9.5l6 6 6-6",
  back: "M14.5 6l-6 6 6 6",
  up: "M12 19V5.5M6 11l6-6 6 6",
  fall: "M12 5v13.5M6 13l6 6 6-6",
  level: "M5 12h14",
  plus: "M12 5v14M5 12h14",
  home: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  province: "M4.5 6 10 3.5l4.5 3 5-1.5v6.5l-2 3 1 4.5-6 2-3-3-5-.5 1.5-5.5zM12 10.5v.2",
  commune: "M4 7.5 9.5 5l5 2.5L20 5v11.5L14.5 19l-5-2.5L4 19zM9.5 5v11.5M14.5 7.5V19",
  parcel: "M4.5 5.5 19 4l1 14.5-15.5 1zM12 4.8l.6 14.3M4.8 12l14.9-.7",
  place: "M12 21s6.5-6 6.5-11a6.5 6.5 0 1 0-13 0c0 5 6.5 11 6.5 11zM12 7.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z",
  retry: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4",
};

/** @typedef {keyof typeof LINES} IconName */

/**
 * Make one of the pictures.
 *
 * @param {IconName} name
 */
export function icon(name) {
  return drawing(LINES[name]);
}
