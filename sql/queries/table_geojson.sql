-- What form of GeoJSON text a layer's table keeps, and whether all its rows do; no row when it keeps none.
SELECT rtrim(replace(encode(tgargs, 'escape'), '\000', ','), ','),
       NOT EXISTS (SELECT FROM ops.rewrite WHERE layer = %(layer)s)
FROM pg_trigger
WHERE tgrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND tgname = 'keep_geojson'
