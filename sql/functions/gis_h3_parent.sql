-- gis_h3_parent(cell, res): the ancestor of an H3 cell at a coarser resolution.
-- The resolution field (bits 52 to 55) is replaced and the digits below it are set to 7.
CREATE OR REPLACE FUNCTION public.gis_h3_parent(cell bigint, res integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT (cell & ~(15::bigint << 52)) | (res::bigint << 52) | ((1::bigint << (3 * (15 - res))) - 1)
$$;
