-- Give a new version to all changes that are waiting, and write it to the places that they touched.
-- A place that stands for the whole layer makes the smaller ones needless. Rows are counted as in
-- ops.rows_of.
WITH taken AS (
    DELETE FROM ops.change RETURNING id, layer, cells, added, counted, changed_at
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
), counts AS (
    SELECT DISTINCT ON (layer) layer, id, counted FROM taken WHERE counted IS NOT NULL ORDER BY layer, id DESC
), totals AS (
    SELECT taken.layer, max(counts.counted) AS counted,
           coalesce(sum(added) FILTER (WHERE taken.id > coalesce(counts.id, 0)), 0)::bigint AS added
    FROM taken LEFT JOIN counts ON counts.layer = taken.layer
    GROUP BY taken.layer
), recounted AS (
    INSERT INTO ops.layer_rows AS kept (layer, rows)
    SELECT layer, counted + added FROM totals
    ON CONFLICT (layer) DO UPDATE SET rows = coalesce(
        EXCLUDED.rows, kept.rows + (SELECT added FROM totals WHERE totals.layer = kept.layer)
    )
)
INSERT INTO ops.layer_version AS kept (layer, version, changed_at)
SELECT layer, version, max(changed_at) FROM taken, numbered GROUP BY layer, version
ON CONFLICT (layer) DO UPDATE SET
    version = EXCLUDED.version,
    changed_at = greatest(kept.changed_at, EXCLUDED.changed_at)
