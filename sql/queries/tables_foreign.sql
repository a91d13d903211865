-- What others have in the place of layers' tables, live or in the making: schema, name, kind. A table
-- of ours has a trigger of ours; a type of this name would keep a table from being made.
WITH places AS (
    SELECT oid, nspname, suffix
    FROM pg_namespace JOIN (VALUES ('layer', ''), ('stage', ''), ('stage', '_unordered'), ('replaced', '')) AS place (name, suffix)
        ON name = nspname
)
SELECT nspname, relname,
       CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
                    WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                    WHEN 'c' THEN 'type' ELSE 'index' END
FROM places JOIN pg_class ON relnamespace = places.oid
WHERE relname = ANY (SELECT layer || suffix FROM unnest(%(layers)s::text[]) AS layer)
  AND NOT (nspname = 'layer' AND relkind = 'r'
           AND EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                       WHERE tgrelid = pg_class.oid AND pronamespace = to_regnamespace('ops')))
UNION
SELECT nspname, typname, 'type'
FROM places JOIN pg_type ON typnamespace = places.oid
WHERE typname = ANY (SELECT layer || suffix FROM unnest(%(layers)s::text[]) AS layer) AND typrelid = 0
ORDER BY 1, 2
