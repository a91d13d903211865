-- The partial indexes of a layer's table: first column and condition.
SELECT attname, pg_get_expr(indpred, indrelid)
FROM pg_index
JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
WHERE indrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND indpred IS NOT NULL
