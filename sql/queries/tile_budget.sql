-- The same as tile_shapes, best rank first as far as a cost in bytes goes; with the number of features
-- that were chosen and of those that could be; of some that were chosen only the box touches the tile, or
-- rounding empties them, and they are missing in neither. What a feature costs is reckoned from its corners,
-- so no more than a known number can fit, and only these are looked at closely: the others are ranked
-- by where their rows stand. A feature of more corners than one may have is drawn with fewer; whether any
-- was comes last.
WITH found AS MATERIALIZED (
    SELECT t.ctid AS _row, {ranks}
    FROM {table} AS t
    WHERE {where}
), best AS (
    SELECT * FROM found AS best
    ORDER BY {best_first}
    LIMIT least(%(limit)s, %(cost)s / (%(header)s + 2.4 * {fewest}))
), counted AS (
    SELECT best.*, {columns}, public.ST_NPoints(t.{column}) AS _all
    FROM best
    JOIN {table} AS t ON t.ctid = best._row
    OFFSET 0
), reckoned AS (
    SELECT *,
        sum(_corners * 2.4 + %(header)s) OVER ranked AS _cost,
        sum(_corners) OVER ranked AS _points
    FROM (SELECT *, least({corners}, %(alone)s) AS _corners FROM counted AS t OFFSET 0) AS best
    WINDOW ranked AS (ORDER BY {best_first} ROWS UNBOUNDED PRECEDING)
), placed AS (
    SELECT {shape} AS _shape, {fields}, _all > %(alone)s AS _is_large
    FROM reckoned AS t
    WHERE _cost <= %(cost)s AND _points <= %(points)s
    OFFSET 0
), fitted AS (
    SELECT CASE WHEN _is_large THEN public.gis_fewer_corners(t._shape, %(alone)s) ELSE t._shape END AS _shape,
           {fields}, _is_large AND public.ST_NPoints(t._shape) > %(alone)s AS _is_reduced
    FROM placed AS t
    OFFSET 0
), drawn AS (
    SELECT {sound} AS _shape, {fields}, _is_reduced
    FROM fitted AS t
    OFFSET 0
)
SELECT public.ST_AsMVT(feature, %(name)s, 4096, '_shape') FILTER (WHERE NOT public.ST_IsEmpty(t._shape)),
       count(*), (SELECT count(*) FROM found), coalesce(bool_or(_is_reduced), false)
FROM drawn AS t, LATERAL (SELECT t._shape, {fields}) AS feature
