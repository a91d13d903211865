-- What the tables of layers are like, one row a table: columns with their types as PostgreSQL writes
-- them, those that must be filled, our triggers, and whether rows are to be written anew or counted.
-- A table is ours when a trigger of it is; whatever else has the name of a layer is not in here.
WITH ours AS (
    SELECT pg_class.oid, relname::text AS layer
    FROM pg_class
    WHERE relnamespace = to_regnamespace('layer') AND relkind = 'r' AND relname = ANY (%(layers)s::text[])
), columns AS (
    SELECT attrelid,
           json_object_agg(attname, replace(format_type(atttypid, atttypmod), 'public.', '')) AS types,
           coalesce(array_agg(attname::text) FILTER (WHERE attnotnull), '{}') AS filled
    FROM pg_attribute JOIN ours ON ours.oid = attrelid
    WHERE attnum > 0 AND NOT attisdropped
    GROUP BY attrelid
), triggers AS (
    SELECT tgrelid, tgname, rtrim(replace(encode(tgargs, 'escape'), '\000', ','), ',') AS form
    FROM pg_trigger JOIN ours ON ours.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND pronamespace = to_regnamespace('ops')
), watched AS (
    SELECT tgrelid,
           count(*) FILTER (WHERE tgname = 'keep_tile_columns' OR tgname LIKE 'note\_%%')::integer AS changes,
           max(form) FILTER (WHERE tgname = 'keep_tile_columns') AS tiles,
           count(*) FILTER (WHERE tgname LIKE 'cells\_%%')::integer AS events,
           min(form) FILTER (WHERE tgname LIKE 'cells\_%%') AS event_form,
           max(form) FILTER (WHERE tgname = 'keep_geojson') AS text_form,
           count(*) FILTER (WHERE tgname LIKE 'search\_%%')::integer AS searches,
           min(form) FILTER (WHERE tgname LIKE 'search\_%%') AS search_form
    FROM triggers GROUP BY tgrelid
)
SELECT layer, types, filled, changes, tiles, events, event_form, text_form,
       searches, search_form,
       layer IN (SELECT layer FROM ops.rewrite),
       layer IN (SELECT layer FROM ops.layer_rows WHERE rows IS NOT NULL
                 UNION ALL SELECT layer FROM ops.change WHERE counted IS NOT NULL)
FROM ours JOIN columns ON attrelid = oid JOIN watched ON tgrelid = oid
