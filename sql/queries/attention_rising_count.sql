-- Events in the chosen time and in the time before it.
SELECT count(*) FILTER (WHERE {time} >= %(start)s), count(*) FILTER (WHERE {time} < %(start)s)
FROM {table}
WHERE {time} >= %(before_start)s AND {time} <= %(end)s
