-- gis_rounded(shape, digits): a line or area with coordinates of so many decimals, as text is to say it, and
-- valid: what narrow places become when their corners move is repaired. What that many decimals swallow gets
-- one or two more; what they swallow too stays as it is. The kind of geometry stays.
CREATE OR REPLACE FUNCTION public.gis_rounded(shape public.geometry, digits integer) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    grid double precision;
    rounded public.geometry;
BEGIN
    FOR decimals IN digits .. digits + 2 LOOP
        grid := 10::double precision ^ (-decimals);
        rounded := public.ST_SnapToGrid(shape, grid);
        IF NOT (public.ST_IsValidDetail(rounded)).valid THEN
            rounded := public.gis_area_of(shape, grid);
            IF public.ST_GeometryType(shape) = 'ST_MultiPolygon' THEN
                rounded := public.ST_Multi(rounded);
            END IF;
        END IF;
        IF NOT public.ST_IsEmpty(rounded) AND public.ST_GeometryType(rounded) = public.ST_GeometryType(shape) THEN
            RETURN rounded;
        END IF;
    END LOOP;
    RETURN shape;
END
$$;
