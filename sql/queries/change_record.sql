-- Write that places of a layer may have changed: codes of tiles, 0 for all of the layer.
INSERT INTO ops.change (layer, cells) VALUES (%(layer)s, %(cells)s::bigint[])
