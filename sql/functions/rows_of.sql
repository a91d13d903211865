-- ops.rows_of(layer): how many rows a layer has, exact for the snapshot of the statement that asks; null
-- when nobody has counted. A change that counts the whole table held the table for itself, so what has
-- a smaller number came before it.
CREATE OR REPLACE FUNCTION ops.rows_of(of text) RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT counted FROM ops.change WHERE layer = of AND counted IS NOT NULL ORDER BY id DESC LIMIT 1),
        (SELECT rows FROM ops.layer_rows WHERE layer = of)
    ) + coalesce(
        (SELECT sum(added) FROM ops.change
         WHERE layer = of AND id > coalesce(
             (SELECT max(id) FROM ops.change WHERE layer = of AND counted IS NOT NULL), 0)),
        0
    )::bigint
$$;
