/** The state of the page in its address, so that a copied address gives the same view. */

/** @typedef {import("./types.js").State} State */

/** @type {import("./types.js").PanelName[]} */
const PANELS = ["attention", "layers", "heat"];
/** @type {import("./types.js").Show[]} */
const SHOWS = ["density", "hot", "usual"];
/** @type {import("./types.js").Rate[]} */
const RATES = ["area", "people"];

const PRESET = /^P\d+D$/;
const DAYS = /^(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d)$/;

/** Changes of these make a new entry for the back button; others replace the present one. */
const STEPS = ["card", "heat", "show", "attention", "wall"];

/**
 * Read the query of an address; what it does not say comes from the defaults.
 *
 * @param {string} search
 * @param {State} defaults
 * @returns {State}
 */
export function parse(search, defaults) {
  const query = new URLSearchParams(search);
  const panel = query.get("panel");
  return {
    lang: query.get("lang") === "en" ? "en" : "vi",
    theme: query.get("theme") === "dark" ? "dark" : "light",
    panel: panel === null ? defaults.panel : (chosen(PANELS, panel) ?? null),
    layers: list(query.get("layers")) ?? defaults.layers,
    heat: query.get("heat"),
    show: chosen(SHOWS, query.get("show")) ?? "density",
    rate: chosen(RATES, query.get("rate")) ?? "",
    categories: list(query.get("category")),
    period: period(query.get("time")) ?? defaults.period,
    card: reference(query.get("card")),
    attention: query.get("attention"),
    wall: query.get("wall") === "1",
  };
}

/**
 * Write a state as the query of an address; defaults are left out.
 *
 * @param {State} state
 * @param {State} defaults
 * @returns {string} empty, or starting with a question mark
 */
export function format(state, defaults) {
  const layers = [...state.layers].sort().join(",");
  const parts = [
    state.lang === "en" && "lang=en",
    state.theme === "dark" && "theme=dark",
    state.panel !== defaults.panel && `panel=${state.panel ?? "none"}`,
    layers !== [...defaults.layers].sort().join(",") && `layers=${layers}`,
    state.heat && `heat=${encodeURIComponent(state.heat)}`,
    state.show !== "density" && `show=${state.show}`,
    state.rate && `rate=${state.rate}`,
    state.categories && `category=${listed(state.categories)}`,
    periodText(state.period) !== periodText(defaults.period) && `time=${periodText(state.period)}`,
    state.card && `card=${state.card.layer}/${encodeURIComponent(state.card.id)}`,
    state.attention && `attention=${encodeURIComponent(state.attention)}`,
    state.wall && "wall=1",
  ].filter(Boolean);
  return parts.length ? `?${parts.join("&")}` : "";
}

/**
 * Keep the address and the state the same, both ways. MapLibre keeps the hash, but is not told of it
 * when a step back changes the query as well.
 *
 * @param {import("./store.js").Store} store
 * @param {State} defaults
 * @param {(to: {zoom: number, center: [number, number]}) => void} jump puts the map where it was
 */
export function follow(store, defaults, jump) {
  const keys = /** @type {(keyof State)[]} */ (Object.keys(store.get()));
  store.on(keys, (state, previous) => {
    const query = format(state, defaults);
    if (query === location.search) return;
    const address = location.pathname + query + location.hash;
    const step = STEPS.some((key) => JSON.stringify(Reflect.get(state, key)) !== JSON.stringify(Reflect.get(previous, key)));
    history[step ? "pushState" : "replaceState"](null, "", address);
  });
  addEventListener("popstate", () => {
    const before = place(location.hash);
    store.set(parse(location.search, defaults));
    if (before) jump(before);
  });
}

/**
 * Read where the map stands from the part after the hash, as MapLibre writes it.
 *
 * @param {string} hash
 * @returns {{zoom: number, center: [number, number]}|null} longitude, latitude in degrees
 */
export function place(hash) {
  const parts = /[#&]map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)/.exec(hash);
  return parts && { zoom: Number(parts[1]), center: [Number(parts[3]), Number(parts[2])] };
}

/**
 * Return the choice that a text names, if it names one.
 *
 * @template {string} Choice
 * @param {Choice[]} choices
 * @param {string|null} text
 */
function chosen(choices, text) {
  return choices.find((choice) => choice === text);
}

/** @param {string|null} text @returns {string[]|null} what ``listed`` wrote */
function list(text) {
  if (text === null) return null;
  const parts = [...text.matchAll(/\s*"((?:[^"]|"")*)"\s*(?:,|$)|([^,]*)(?:,|$)/g)];
  return parts.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain.trim()).filter(Boolean);
}

/**
 * Write a list for an address, as the server reads it: one with a comma stands in double quotes.
 *
 * @param {string[]} values
 */
export function listed(values) {
  const quoted = values.map((value) => (/^["\s]|,|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
  return quoted.map(encodeURIComponent).join(",");
}

/** @param {string|null} text @returns {import("./types.js").Period|null} */
function period(text) {
  if (!text) return null;
  if (PRESET.test(text)) return { preset: text };
  const days = DAYS.exec(text);
  return days ? { from: days[1], to: days[2] } : null;
}

/** @param {import("./types.js").Period} value */
function periodText(value) {
  return "preset" in value ? value.preset : `${value.from}/${value.to}`;
}

/** @param {string|null} text @returns {import("./types.js").Reference|null} */
function reference(text) {
  const cut = text ? text.indexOf("/") : -1;
  return text && cut > 0 ? { layer: text.slice(0, cut), id: text.slice(cut + 1) } : null;
}
