-- Trigger BEFORE INSERT OR UPDATE OF geom: keeps the columns of gis_tile_columns with the row.
-- Arguments: the layer's first zoom, and whether its features are named.
CREATE OR REPLACE FUNCTION ops.keep_tile_columns() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    kept ops.tile_columns := public.gis_tile_columns(NEW.geom, TG_ARGV[0]::integer, TG_ARGV[1]::boolean);
BEGIN
    NEW.px := kept.px;
    NEW.px_size := kept.px_size;
    NEW.tile_from := kept.tile_from;
    NEW.px12 := kept.px12;
    NEW.px8 := kept.px8;
    NEW.px4 := kept.px4;
    NEW.anchor := kept.anchor;
    RETURN NEW;
END
$$;
