-- Take out rows whose key the live table has; gives row and key.
DELETE FROM {stage} AS arriving
USING {table} AS live
WHERE live.{key} = arriving.{key}
RETURNING arriving._row, arriving.{key}::text
