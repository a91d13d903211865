-- The events of some pages of a table, a column of bytes each: cell, time, hash of the category, and
-- what they add to sums.
SELECT string_agg(int8send(cell), ''), string_agg(timestamptz_send(at), ''),
       string_agg(int8send(coalesce(hashtextextended(category, 0), 0)), ''),
       string_agg(float8send(total), ''), string_agg(float8send(base), '')
FROM (SELECT {columns} FROM {table} AS t WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid) AS events
