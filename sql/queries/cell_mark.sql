-- Write that the cube of a layer is to be built anew.
INSERT INTO ops.cell_change (layer, sign) VALUES (%(layer)s, 0)
