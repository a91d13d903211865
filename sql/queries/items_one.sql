-- One feature as GeoJSON text in bytes, and what its row is as written last.
SELECT textsend({feature}) AS feature, t.xmin::text AS row FROM {table} AS t WHERE t.{key} = %(key)s
