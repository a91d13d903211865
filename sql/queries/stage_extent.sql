-- Extent of the staged rows in degrees: west, south, east, north; nulls when there are none.
SELECT public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box)
FROM (
    SELECT public.ST_Transform(public.ST_SetSRID(public.ST_Extent(geom)::public.geometry, {srid}), 4326) AS box
    FROM {stage}
) AS extent
