-- The polygons of a layer in degrees.
SELECT public.ST_AsBinary(public.ST_Transform(geom, 4326)) FROM {table}
