-- gis_area_of(shape, grid): an area with its corners on a grid, valid, with outer rings anticlockwise in
-- its own numbers, which is clockwise to the eye where y goes down, as vector tiles want it. Empty when
-- the grid swallows it. (ST_IsValid would send a notice for every shape that is not.)
CREATE OR REPLACE FUNCTION public.gis_area_of(shape public.geometry, grid double precision) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    area public.geometry := public.ST_SnapToGrid(shape, grid);
BEGIN
    IF NOT (public.ST_IsValidDetail(area)).valid THEN
        -- Slower: edges that the grid makes cross get a corner where they do.
        area := public.ST_CollectionExtract(public.ST_ReducePrecision(public.ST_MakeValid(shape), grid), 3);
    END IF;
    RETURN public.ST_ForcePolygonCCW(area);
END
$$;
