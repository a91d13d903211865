-- What form of GeoJSON text a layer's table keeps; no row when it keeps none.
SELECT rtrim(replace(encode(tgargs, 'escape'), '\000', ','), ',')
FROM pg_trigger
WHERE tgrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND tgname = 'keep_geojson'
