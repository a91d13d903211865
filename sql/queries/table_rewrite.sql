-- Write the rows of some pages of a table anew, so that its triggers fill what a row keeps.
UPDATE {table} SET geom = geom WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid
