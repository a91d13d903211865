-- The polygons of a layer in degrees with the people in each, where they are counted.
SELECT public.ST_AsBinary(public.ST_Transform(geom, 4326)), {people} FROM {table} WHERE {people} IS NOT NULL
