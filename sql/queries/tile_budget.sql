-- The same as tile_shapes, best rank first as far as a cost in bytes goes; with the number of features
-- that are in the tile and of those that could be. What a feature costs is reckoned from its corners,
-- so no more than a known number can fit, and only these are looked at closely.
WITH found AS MATERIALIZED (
    SELECT {columns}, {rank} AS _rank
    FROM {table} AS t
    WHERE {where}
), best AS (
    SELECT * FROM found
    ORDER BY _rank DESC NULLS LAST, px_size DESC NULLS LAST, {key}
    LIMIT least(%(limit)s, %(cost)s / (%(header)s + 2.4 * {fewest}))
), reckoned AS (
    SELECT *,
        sum({corners} * 2.4 + %(header)s) OVER ranked AS _cost,
        sum({corners}) OVER ranked AS _points
    FROM best AS t
    WINDOW ranked AS (ORDER BY _rank DESC NULLS LAST, px_size DESC NULLS LAST, {key} ROWS UNBOUNDED PRECEDING)
), drawn AS (
    SELECT {shape} AS shape, {fields}
    FROM reckoned AS t
    WHERE _cost <= %(cost)s AND _points <= %(points)s
)
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape'), count(*), (SELECT count(*) FROM found)
FROM drawn
WHERE shape IS NOT NULL
