-- What a layer holds: rows and extent in degrees.
SELECT rows, public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box)
FROM (
    SELECT count(*) AS rows,
           public.ST_Transform(public.ST_SetSRID(public.ST_Extent(geom)::public.geometry, {srid}), 4326) AS box
    FROM {table}
) AS counted
