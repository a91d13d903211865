-- Whether a tile leaves features out because they are too small for its zoom.
SELECT EXISTS (SELECT FROM {table} AS t WHERE {where} AND t.tile_from > %(zoom)s)
