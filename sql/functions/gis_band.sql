-- gis_band(px, zoom): a line or area in global tile pixels, generalised for a zoom and those above it.
-- Corners move to a grid of half a screen pixel (4 units of 4096), the same for every feature, so that
-- shared edges stay shared. A shape that the grid swallows is kept as it is.
CREATE OR REPLACE FUNCTION public.gis_band(px public.geometry, zoom integer) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    grid CONSTANT double precision := 4 * 2.0 ^ (22 - zoom);
    simplified public.geometry;
BEGIN
    IF public.ST_Dimension(px) = 2 THEN
        simplified := public.gis_area_of(px, grid);
    ELSE
        simplified := public.ST_SnapToGrid(px, grid);
    END IF;
    RETURN CASE WHEN simplified IS NULL OR public.ST_IsEmpty(simplified) THEN px ELSE simplified END;
END
$$;
