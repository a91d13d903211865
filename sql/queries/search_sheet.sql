-- How many parcels a map sheet has, in the named communes when any are named.
SELECT count(*)
FROM layer.land_parcel AS parcel
LEFT JOIN {communes} AS commune
    ON commune.{code} = parcel.commune_code
    OR (parcel.commune_code IS NULL
        AND public.ST_Contains(commune.geom, public.ST_Transform(public.ST_PointOnSurface(parcel.geom), 4326)))
WHERE public.gis_number(parcel.sheet) = public.gis_number(%(sheet)s)
  AND (%(communes)s::text[] IS NULL OR commune.{code} = ANY(%(communes)s))
