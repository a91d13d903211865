-- Communes where events rose most against the time before: code, name, GeoJSON, count, count before.
SELECT commune.{code}, commune.{name}, public.ST_AsGeoJSON(public.gis_rounded(commune.geom, 5), 7), counted.now, counted.before
FROM (
    SELECT commune.{code},
           count(*) FILTER (WHERE event.{time} >= %(start)s) AS now,
           count(*) FILTER (WHERE event.{time} < %(start)s) AS before
    FROM {table} AS event
    JOIN {communes} AS commune ON public.ST_Intersects(commune.geom, event.geom)
    WHERE event.{time} >= %(before_start)s AND event.{time} <= %(end)s
    GROUP BY commune.{code}
) AS counted
JOIN {communes} AS commune USING ({code})
WHERE counted.now > counted.before
ORDER BY counted.now - counted.before DESC, commune.{code}
LIMIT %(limit)s
