-- gis_valid(shape, digits): a line or area to full precision, as long as it is valid: where a transformation
-- closed narrow places it is rounded to so many decimals (gis_rounded), which repairs it.
CREATE OR REPLACE FUNCTION public.gis_valid(shape public.geometry, digits integer) RETURNS public.geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE WHEN (public.ST_IsValidDetail(shape)).valid THEN shape ELSE public.gis_rounded(shape, digits) END;
END
$$;
