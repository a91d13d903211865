-- gis_pixels(geometry): a shape in global tile pixels, for vector tiles.
-- EPSG:3857 scaled so that the world is 2^34 units wide: 4096 units to a tile of zoom 22 (2.3 mm at
-- the equator). x goes east from the antimeridian, y south from 85.05 degrees; whole numbers, SRID 0,
-- outer rings as the tile format wants them, areas valid. Null where nothing is on the map.
CREATE OR REPLACE FUNCTION public.gis_pixels(geom public.geometry) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    per_metre CONSTANT double precision := 17179869184.0 / 40075016.685578488;
    shape public.geometry := geom;
BEGIN
    -- Beyond these latitudes the projection goes to infinity.
    IF public.ST_SRID(geom) = 4326 AND (public.ST_YMin(geom) < -85.05 OR public.ST_YMax(geom) > 85.05) THEN
        shape := public.ST_Intersection(shape, public.ST_MakeEnvelope(-180, -85.05, 180, 85.05, 4326));
    END IF;
    shape := public.ST_SetSRID(public.ST_Affine(
        public.ST_Transform(public.ST_Force2D(shape), 3857),
        per_metre, 0, 0, -per_metre, 8589934592.0, 8589934592.0
    ), 0);
    IF public.ST_Dimension(geom) = 2 THEN
        shape := public.gis_area_of(shape, 1);
    ELSE
        shape := public.ST_SnapToGrid(shape, 1);
    END IF;
    RETURN CASE WHEN public.ST_IsEmpty(shape) THEN NULL ELSE shape END;
END
$$;
