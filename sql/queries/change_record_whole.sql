-- Write that all of a layer may have changed, and count its rows; the writer holds the table for itself.
INSERT INTO ops.change (layer, cells, counted) SELECT %(layer)s, ARRAY[0]::bigint[], count(*) FROM {table}
