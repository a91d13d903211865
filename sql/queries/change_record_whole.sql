-- Write that all of a layer may have changed, and count its rows; the writer holds the table for itself.
-- When that was is in the journal of loads.
INSERT INTO ops.change (layer, cells, counted, changed_at)
SELECT %(layer)s, ARRAY[0]::bigint[], count(*), NULL FROM {table}
