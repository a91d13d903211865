-- How many corners the shapes of a tile have before any are lost to rounding.
SELECT coalesce(sum(public.ST_NPoints({column})), 0) FROM {table} AS t WHERE {where}
