-- One layer of a vector tile. Shapes are kept in global tile pixels, so a tile is moved, scaled and
-- rounded; only what reaches far beyond the tile is cut. What is smaller than a screen pixel (8 units) is
-- drawn as one. Rows without a shape are passed over by ST_AsMVT: a condition on the shape here would
-- have it computed twice.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape')
FROM (
    SELECT {shape} AS shape, {fields}
    FROM {table} AS t
    WHERE {where}
) AS drawn
