-- How many rows a layer has: from what the change mechanism keeps, counted where that does not know.
SELECT coalesce(ops.rows_of({layer}), (SELECT count(*) FROM {table}))
