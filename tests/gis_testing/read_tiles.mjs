// Reads vector tiles with vector-tile-js, the reader of MapLibre and Mapbox GL: a line of JSON a tile on
// stdin, {"name", "body"} with the body in base64; at the end one object on stdout: how many features and
// corners were read, and a sentence for each fault.
import { createInterface } from "node:readline";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

/** @typedef {{ x: number, y: number }} Corner */

const EXTENT = 4096;

/** Units beyond the tile up to which a shape may reach. */
const REACH = Number(process.argv[2]);

const [POINT, LINE, AREA] = [1, 2, 3];

/** @param {Corner[]} ring */
function area(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    sum += ring[i - 1].x * ring[i].y - ring[i].x * ring[i - 1].y;
  }
  return sum / 2;
}

/** @param {Corner} corner */
function isNear({ x, y }) {
  return Math.min(x, y) >= -REACH && Math.max(x, y) <= EXTENT + REACH;
}

/** @param {Corner[][]} rings Exterior rings have a positive area where y goes down. */
function* ringFaults(rings) {
  const areas = rings.map(area);
  if (areas.includes(0)) yield "a ring of no area";
  if (areas[0] < 0) yield "begins with a hole";
  if (rings.some((ring) => ring.length < 4)) yield "a ring of fewer than four corners";
}

/** @param {Corner[]} line */
function hasLength(line) {
  return line.some(({ x, y }) => x !== line[0].x || y !== line[0].y);
}

/** @param {import("@mapbox/vector-tile").VectorTileFeature} feature */
function* featureFaults(feature) {
  const parts = feature.loadGeometry();
  for (const part of parts) corners += part.length;
  if (parts.length === 0) yield "no parts";
  if (![POINT, LINE, AREA].includes(feature.type)) yield `type ${feature.type}`;
  if (feature.type === LINE && !parts.every(hasLength)) yield "a line of no length";
  if (feature.type === AREA) yield* ringFaults(parts);
  if (!parts.every((part) => part.every(isNear))) yield `far away: ${feature.bbox()}`;
  feature.toGeoJSON(0, 0, 0);
}

let features = 0;
let corners = 0;
/** @type {string[]} */
const faults = [];

/** @param {string} name @param {string} body */
function read(name, body) {
  const tile = new VectorTile(new PbfReader(Buffer.from(body, "base64")));
  for (const layer of Object.values(tile.layers)) {
    if (layer.extent !== EXTENT) faults.push(`${name} ${layer.name}: extent ${layer.extent}`);
    for (let i = 0; i < layer.length; i++) {
      const where = `${name} ${layer.name}[${i}]`;
      features++;
      try {
        for (const fault of featureFaults(layer.feature(i))) faults.push(`${where}: ${fault}`);
      } catch (error) {
        faults.push(`${where}: ${error}`);
      }
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, body } = JSON.parse(line);
  try {
    read(name, body);
  } catch (error) {
    faults.push(`${name}: ${error}`);
  }
}
console.log(JSON.stringify({ features, corners, faults }));
