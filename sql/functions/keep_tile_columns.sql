-- Trigger BEFORE INSERT OR UPDATE OF geom: keeps the columns of gis_tile_columns with the row.
-- Arguments: the layer's first zoom, and whether its features are named.
CREATE OR REPLACE FUNCTION ops.keep_tile_columns() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    made ops.tile_columns := public.gis_tile_columns(NEW.geom, TG_ARGV[0]::integer, TG_ARGV[1]::boolean);
BEGIN
    NEW.px := made.px;
    NEW.px_size := made.px_size;
    NEW.tile_from := made.tile_from;
    NEW.px12 := made.px12;
    NEW.px8 := made.px8;
    NEW.px4 := made.px4;
    NEW.anchor := made.anchor;
    RETURN NEW;
END
$$;
