-- How many rows fit.
SELECT count(*) FROM {table} AS t WHERE {where}
