-- Where features of a layer are, in degrees, by key.
SELECT {key}::text, public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box)
FROM (SELECT {key}, public.Box2D(public.ST_Transform(geom, 4326)) AS box FROM {table}
      WHERE {key} = ANY (%(keys)s::text[]::{kind}[])) AS found
