-- gis_fewer_corners(shape, most): of a line or area on whole numbers what has no more corners than are
-- allowed: the largest of its parts, as many as fit. Where the largest alone has too many, that part on
-- coarser and coarser grids, which may swallow it.
CREATE OR REPLACE FUNCTION public.gis_fewer_corners(shape public.geometry, most integer) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    parts public.geometry[];
    fitting integer;
    fewer public.geometry;
    grid double precision := 1;
BEGIN
    SELECT array_agg(part.geom ORDER BY part._size DESC, part.path),
           count(*) FILTER (WHERE part._corners <= most)
    INTO parts, fitting
    FROM (
        SELECT dumped.geom, dumped.path, _size,
               sum(public.ST_NPoints(dumped.geom)) OVER (ORDER BY _size DESC, dumped.path) AS _corners
        FROM public.ST_Dump(shape) AS dumped,
             LATERAL (SELECT public.ST_Area(dumped.geom) + public.ST_Length(dumped.geom) AS _size OFFSET 0) AS measured
    ) AS part;
    IF fitting > 0 THEN
        RETURN public.ST_Multi(public.ST_Collect(parts[:fitting]));
    END IF;
    fewer := parts[1];
    WHILE public.ST_NPoints(fewer) > most LOOP
        grid := 2 * grid;
        fewer := CASE public.ST_Dimension(shape)
            WHEN 2 THEN public.gis_area_of(parts[1], grid)
            ELSE public.ST_SnapToGrid(parts[1], grid)
        END;
    END LOOP;
    RETURN public.ST_Multi(fewer);
END
$$;
