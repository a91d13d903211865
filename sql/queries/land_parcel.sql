-- One parcel as GeoJSON text in degrees, its area by geometry (m2) and its commune's name.
SELECT public.ST_AsGeoJSON(public.gis_rounded(public.ST_Transform(parcel.geom, 4326), 7), 9), public.ST_Area(parcel.geom), commune.{name},
       to_jsonb(parcel) - 'geom'
FROM layer.land_parcel AS parcel
LEFT JOIN {communes} AS commune
    ON commune.{code} = parcel.commune_code
    OR (parcel.commune_code IS NULL
        AND public.ST_Contains(commune.geom, public.ST_Transform(public.ST_PointOnSurface(parcel.geom), 4326)))
WHERE parcel.id = %(id)s
LIMIT 1
