-- gis_anchor(geometry): the point where an area is named: inside its largest part, same CRS.
CREATE OR REPLACE FUNCTION public.gis_anchor(area public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT public.ST_PointOnSurface(part.geom)
    FROM public.ST_Dump(area) AS part
    ORDER BY public.ST_Area(part.geom) DESC
    LIMIT 1
$$;
