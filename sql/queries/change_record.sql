-- Write that places of a layer may have changed: codes of tiles, 0 for all of the layer. That is no
-- news of its rows.
INSERT INTO ops.change (layer, cells, changed_at) VALUES (%(layer)s, %(cells)s::bigint[], NULL)
