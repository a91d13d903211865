-- The same as tile_shapes, best rank first as far as a cost in bytes goes; with the number of features
-- that were chosen and of those that could be; of some that were chosen only the box touches the tile, or
-- rounding empties them, and they are missing in neither. What a feature costs is reckoned from its corners,
-- so no more than a known number can fit, and only these are looked at closely: the others are ranked
-- by where their rows stand.
WITH found AS MATERIALIZED (
    SELECT t.ctid AS _row, {ranks}
    FROM {table} AS t
    WHERE {where}
), best AS (
    SELECT * FROM found AS best
    ORDER BY {best_first}
    LIMIT least(%(limit)s, %(cost)s / (%(header)s + 2.4 * {fewest}))
), reckoned AS (
    SELECT {columns},
        sum({corners} * 2.4 + %(header)s) OVER ranked AS _cost,
        sum({corners}) OVER ranked AS _points
    FROM best
    JOIN {table} AS t ON t.ctid = best._row
    WINDOW ranked AS (ORDER BY {best_first} ROWS UNBOUNDED PRECEDING)
), drawn AS (
    SELECT {sound} AS _shape, {fields}
    FROM (
        SELECT {shape} AS _shape, {fields}
        FROM reckoned AS t
        WHERE _cost <= %(cost)s AND _points <= %(points)s
        OFFSET 0
    ) AS t
    OFFSET 0
)
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, '_shape') FILTER (WHERE NOT public.ST_IsEmpty(drawn._shape)),
       count(*), (SELECT count(*) FROM found)
FROM drawn
