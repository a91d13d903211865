-- One layer of a vector tile, of lines or areas, and the number of its corners. Shapes are kept in
-- global tile pixels, so a tile is moved, scaled and rounded; only what reaches far beyond the tile is
-- cut. What is smaller than a screen pixel (8 units) is drawn as one.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape'), coalesce(sum(public.ST_NPoints(shape)), 0)
FROM (
    SELECT {shape} AS shape, {fields}
    FROM {table} AS t
    WHERE {where}
) AS drawn
WHERE shape IS NOT NULL
