-- Events by H3 cell at one resolution: cell, count, sums of what is weighed and of the weights' weights.
-- The area is the tile with a margin wider than a cell, so that every cell that touches the tile
-- is counted whole; parents come from the stored index, never from the place, so sums agree.
SELECT public.gis_h3_parent(h3, %(resolution)s) AS cell, count(*) AS count, sum({total}) AS total, sum({base}) AS base
FROM {table} AS t
WHERE geom OPERATOR(public.&&) public.ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
{filters}
GROUP BY 1
ORDER BY 1
