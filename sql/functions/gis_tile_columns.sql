-- gis_tile_columns(geom, minzoom, has_anchor): what a table keeps of a row for its vector tiles.
--   px          the shape in global tile pixels (see gis_pixels)
--   px_size     its area, or length of a line, in these pixels; null for points
--   tile_from   first zoom at which it is drawn. What is smaller than a screen pixel is kept with a
--               probability that is its share of a pixel, so that the sum of what is seen is right;
--               the chance depends on the place, so a feature that is seen at a zoom is seen at deeper ones
--   px12 ...    generalised for zooms 9 to 12, 5 to 8, 0 to 4; null above minzoom, for points, and where
--               the row is not drawn
--   anchor      where an area is named, in the same pixels
CREATE OR REPLACE FUNCTION public.gis_tile_columns(geom public.geometry, minzoom integer, has_anchor boolean)
RETURNS ops.tile_columns
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    kept ops.tile_columns;
    chance double precision;
BEGIN
    kept.px := public.gis_pixels(geom);
    kept.tile_from := 0;
    IF kept.px IS NULL OR public.ST_Dimension(geom) = 0 THEN
        RETURN kept;
    END IF;
    -- From 2^-16 up to 1.
    chance := ((hashint8extended(public.ST_XMin(kept.px)::bigint # (public.ST_YMin(kept.px)::bigint << 29), 0) & 65535) + 1) / 65536.0;
    IF public.ST_Dimension(geom) = 2 THEN
        kept.px_size := public.ST_Area(kept.px);
        kept.tile_from := greatest(0, least(22, ceil(22 + ln(64 * chance / greatest(kept.px_size, 1)) / ln(4.0))));
    ELSE
        kept.px_size := public.ST_Length(kept.px);
        kept.tile_from := greatest(0, least(22, ceil(22 + ln(8 * chance / greatest(kept.px_size, 1)) / ln(2.0))));
    END IF;
    IF minzoom <= 12 AND kept.tile_from <= 12 THEN kept.px12 := public.gis_band(kept.px, 12); END IF;
    IF minzoom <= 8 AND kept.tile_from <= 8 THEN kept.px8 := public.gis_band(kept.px, 8); END IF;
    IF minzoom <= 4 AND kept.tile_from <= 4 THEN kept.px4 := public.gis_band(kept.px, 4); END IF;
    IF has_anchor THEN kept.anchor := public.gis_anchor(kept.px); END IF;
    RETURN kept;
END
$$;
