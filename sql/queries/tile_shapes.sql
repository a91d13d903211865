-- One layer of a vector tile. Shapes are kept in global tile pixels, so a tile is moved, scaled and
-- rounded; only what reaches far beyond the tile is cut. What is smaller than a screen pixel (8 units) is
-- drawn as one. What rounding empties is left out: readers drop a tile with a feature that has no shape.
-- OFFSET 0 keeps the planner from writing the shape out, and computing it, wherever it is used.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, '_shape') FILTER (WHERE NOT public.ST_IsEmpty(drawn._shape))
FROM (
    SELECT {sound} AS _shape, {fields}
    FROM (
        SELECT {shape} AS _shape, {fields}
        FROM {table} AS t
        WHERE {where}
        OFFSET 0
    ) AS t
    OFFSET 0
) AS drawn
