-- What is planned on a parcel: code, plan, decision, square metres and share, largest first.
-- Slivers below a tenth of a square metre come from drawing, not from planning.
SELECT land_code, plan_name, decision, sum(area_m2) AS area_m2, sum(area_m2) / max(parcel_m2) * 100 AS percent
FROM (
    SELECT plan.land_code, plan.plan_name, plan.decision, public.ST_Area(parcel.geom) AS parcel_m2,
           public.ST_Area(public.ST_Intersection(parcel.geom, plan.geom)) AS area_m2
    FROM layer.land_parcel AS parcel
    JOIN layer.land_plan AS plan ON public.ST_Intersects(parcel.geom, plan.geom)
    WHERE parcel.id = %(id)s
) AS part
WHERE area_m2 >= 0.1
GROUP BY land_code, plan_name, decision
ORDER BY area_m2 DESC
