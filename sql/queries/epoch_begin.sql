-- Begin an epoch: versions go on above those of the database, those that somebody knows of, and the seconds since
-- 2026, which were more than versions wherever fewer than one a second were given out. After another epoch all of
-- every layer may have changed; the first one has nothing before it.
WITH begun AS (
    SELECT setval('ops.version',
                  greatest(last_value, %(given)s, extract(epoch FROM now() - timestamptz '2026-01-01Z')::bigint)) AS version
    FROM ops.version
), written AS (
    INSERT INTO ops.epoch (identity, began) SELECT %(identity)s, version FROM begun
    ON CONFLICT (is_only) DO UPDATE SET identity = EXCLUDED.identity, began = EXCLUDED.began
)
INSERT INTO ops.change (layer, cells)
SELECT layer, ARRAY[0]::bigint[]
FROM (
    SELECT relname::text FROM pg_class WHERE relnamespace = 'layer'::regnamespace AND relkind = 'r'
    UNION SELECT layer FROM ops.layer_version
) AS known (layer)
WHERE NOT %(is_first)s
