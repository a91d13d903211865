-- How many rows meet a condition, of how many, in the chosen time.
SELECT count(*) FILTER (WHERE {where}), count(*) FILTER (WHERE {among}) FROM {table} WHERE {time}
