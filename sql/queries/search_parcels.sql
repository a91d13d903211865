-- Parcels by sheet and number, in the named communes when any are named; "01" equals "1".
-- A parcel without a commune code belongs to the commune that it lies in.
SELECT parcel.id, parcel.sheet, parcel.number, parcel.land_code, commune.{name},
       coalesce(parcel.area_paper, parcel.area_geometry),
       public.ST_XMin(box.shape), public.ST_YMin(box.shape), public.ST_XMax(box.shape), public.ST_YMax(box.shape)
FROM layer.land_parcel AS parcel
CROSS JOIN LATERAL (SELECT public.Box2D(public.ST_Transform(parcel.geom, 4326)) AS shape) AS box
LEFT JOIN {communes} AS commune
    ON commune.{code} = parcel.commune_code
    OR (parcel.commune_code IS NULL
        AND public.ST_Contains(commune.geom, public.ST_Transform(public.ST_PointOnSurface(parcel.geom), 4326)))
WHERE public.gis_number(parcel.sheet) = public.gis_number(%(sheet)s)
  AND (%(number)s::text IS NULL OR public.gis_number(parcel.number) = public.gis_number(%(number)s))
  AND (%(communes)s::text[] IS NULL OR commune.{code} = ANY(%(communes)s))
ORDER BY commune.{name}, length(parcel.number), parcel.number, parcel.id
LIMIT %(limit)s
