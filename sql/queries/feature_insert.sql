-- Add one feature; gives its key and what its row is as written.
INSERT INTO {table} AS t ({columns}) VALUES ({values}) RETURNING t.{key}, t.xmin::text
