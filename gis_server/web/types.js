/**
 * Shapes of what the server answers and of the state of the page. Types only.
 *
 * @typedef {{vi: string, en: string}} Text
 * @typedef {"vi"|"en"} Lang
 * @typedef {"light"|"dark"} Theme
 * @typedef {[number, number, number, number]} BBox west, south, east, north in degrees
 *
 * @typedef {{vi: string, en: string, color: string|null}} Code
 * @typedef {object} Field
 * @property {string} name
 * @property {Text} title
 * @property {"text"|"integer"|"number"|"boolean"|"date"|"datetime"} type
 * @property {string|null} unit
 * @property {Record<string, Code>|null} codes
 *
 * @typedef {{swatch: "fill"|"line"|"circle"|"icon", color: string, icon: string|null, title: Text}} LegendItem
 * @typedef {{field: string, aggregate: "sum"|"mean", unit: string|null, worse: "high"|"low"}} HeatValue
 * @typedef {{category: string|null, value: HeatValue|null, tilejson: string, hotspots: string, usual: string}} Heatmap
 *
 * @typedef {object} Layer
 * @property {string} id
 * @property {Text} title
 * @property {Text} description
 * @property {Text} owner
 * @property {string} licence
 * @property {string|null} loaded_at
 * @property {string|null} changed_at last load or edit
 * @property {number} rows
 * @property {boolean} demo
 * @property {boolean} stale
 * @property {string|null} time
 * @property {[string, string]|null} time_range
 * @property {string} label
 * @property {string} key
 * @property {string} geometry
 * @property {Field[]} fields
 * @property {LegendItem[]} legend
 * @property {Heatmap|null} heatmap
 * @property {boolean} always_visible
 * @property {boolean} visible
 * @property {number} minzoom
 *
 * @typedef {{id: string, title: Text, layers: Layer[]}} Group
 * @typedef {{title: Text, demo: boolean, declared: string, bounds: BBox, groups: Group[]}} Catalogue
 *
 * @typedef {{preset: string}|{from: string, to: string}} Period a preset (P1D, P7D, P30D, P365D), or
 *     two days of the Vietnamese calendar, both included
 * @typedef {{layer: string, id: string}} Reference a feature
 * @typedef {"attention"|"layers"|"heat"} PanelName
 * @typedef {"density"|"hot"|"usual"} Show what the hexagons show
 * @typedef {""|"area"|"people"} Rate what events are divided by
 * @typedef {GeoJSON.GeoJsonProperties & {}} Properties values of a feature, by field
 *
 * @typedef {object} State
 * @property {Lang} lang
 * @property {Theme} theme
 * @property {PanelName|null} panel
 * @property {string[]} layers ids of the visible layers
 * @property {string|null} heat id of the layer shown as hexagons
 * @property {Show} show
 * @property {Rate} rate
 * @property {string[]|null} categories chosen codes of the heat layer; null means all
 * @property {Period} period
 * @property {Reference|null} card
 * @property {string|null} attention id of the layer whose places are shown
 * @property {boolean} wall
 *
 * @typedef {object} AttentionItem
 * @property {string} layer
 * @property {"condition"|"rising"} kind
 * @property {Text} title
 * @property {number} count
 * @property {number|null} total
 * @property {number|null} previous
 * @property {number} [priority] 1 comes first
 * @property {string} places
 * @typedef {{items: AttentionItem[]}} AttentionAnswer
 *
 * @typedef {object} SearchResult
 * @property {"province"|"commune"|"parcel"|"place"} kind
 * @property {string} layer
 * @property {string|number} id
 * @property {string} title
 * @property {string} subtitle
 * @property {BBox} bbox
 * @typedef {{results: SearchResult[], message: Text|null}} SearchAnswer
 *
 * @typedef {{id: number, sheet: string, number: string, land_code: string, area_m2: number}} Neighbour
 * @typedef {object} Planned
 * @property {string} land_code
 * @property {Text} title
 * @property {string|null} color
 * @property {number} area_m2
 * @property {number} percent
 * @property {string|null} plan_name
 * @property {string|null} decision
 * @typedef {object} ParcelAnswer
 * @property {GeoJSON.Feature} parcel
 * @property {Neighbour[]} neighbours
 * @property {Planned[]} planned
 * @property {Text} note
 */
export {};
