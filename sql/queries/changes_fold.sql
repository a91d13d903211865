-- Give a new version to all changes that are waiting, and write it to the places that they touched.
-- A place that stands for the whole layer makes the smaller ones needless.
WITH taken AS (
    DELETE FROM ops.change RETURNING layer, cells
), numbered AS (
    SELECT nextval('ops.version') AS version
), places AS (
    SELECT DISTINCT layer, cell FROM taken, unnest(cells) AS cell
), cleared AS (
    DELETE FROM ops.dirty USING places
    WHERE dirty.layer = places.layer AND places.cell = 0 AND dirty.cell <> 0
      AND NOT EXISTS (SELECT FROM places AS kept WHERE kept.layer = dirty.layer AND kept.cell = dirty.cell)
), written AS (
    INSERT INTO ops.dirty (layer, cell, version)
    SELECT layer, cell, version FROM places, numbered
    ON CONFLICT (layer, cell) DO UPDATE SET version = EXCLUDED.version
)
INSERT INTO ops.layer_version (layer, version)
SELECT DISTINCT layer, version FROM taken, numbered
ON CONFLICT (layer) DO UPDATE SET version = EXCLUDED.version
