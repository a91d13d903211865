-- The points where areas are named as a layer of a tile, the largest areas first, and their number.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape'), count(*)
FROM (
    SELECT {shape} AS shape, {fields}
    FROM {table} AS t
    WHERE {where}
    ORDER BY t.px_size DESC NULLS LAST, t.{key}
    LIMIT %(most)s
) AS drawn
