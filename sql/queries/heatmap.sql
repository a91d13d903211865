-- Events by H3 cell at one resolution: cell, count, value.
-- The area is the tile with a margin wider than a cell, so that every cell that touches the tile
-- is counted whole; parents come from the stored index, never from the place, so sums agree.
SELECT public.gis_h3_parent(h3, %(resolution)s) AS cell, count(*) AS count, {value} AS value
FROM {table}
WHERE geom OPERATOR(public.&&) public.ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
{filters}
GROUP BY 1
