// ogc/map.js imports the served copy by its address, because the page's policy allows no import map.
export * from "maplibre-gl";
