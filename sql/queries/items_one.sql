-- One feature as GeoJSON text, by its key.
SELECT {feature} AS feature
FROM {table} AS t
WHERE t.{key} = %(key)s
