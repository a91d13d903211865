-- Parcels that share a boundary with one, or come within the tolerance (metres) of it.
SELECT near.id, near.sheet, near.number, near.land_code, coalesce(near.area_paper, near.area_geometry) AS area_m2
FROM layer.land_parcel AS parcel
JOIN layer.land_parcel AS near
    ON near.id <> parcel.id AND public.ST_DWithin(near.geom, parcel.geom, %(tolerance)s)
WHERE parcel.id = %(id)s
ORDER BY near.sheet, length(near.number), near.number
LIMIT %(limit)s
