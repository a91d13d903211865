-- gis_area_of(geometry): a valid area with outer rings anticlockwise in its own numbers, which is
-- clockwise to the eye where y goes down, as vector tiles want it; empty when nothing of it is left.
-- (ST_IsValid would send a notice for every shape that is not.)
CREATE OR REPLACE FUNCTION public.gis_area_of(shape public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT public.ST_ForcePolygonCCW(
        CASE WHEN (public.ST_IsValidDetail(shape)).valid THEN shape
             ELSE public.ST_CollectionExtract(public.ST_MakeValid(shape), 3) END
    )
$$;
