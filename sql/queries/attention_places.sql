-- Rows that meet a condition, the longest waiting first: key, label, GeoJSON, the fields that tell why.
SELECT {key}::text, {label}::text, public.ST_AsGeoJSON(public.gis_rounded(public.ST_Transform(geom, 4326), 6), 8),
       (SELECT to_jsonb(why) FROM (SELECT {fields}) AS why)
FROM {table}
WHERE {where} AND {time}
ORDER BY {order}
LIMIT %(limit)s
