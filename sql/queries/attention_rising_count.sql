-- Events in the chosen time and in the time before it; and whether there are records that long back.
SELECT count(*) FILTER (WHERE {time} >= %(start)s), count(*) FILTER (WHERE {time} < %(start)s),
       (SELECT min({time}) FROM {table}) <= %(before_start)s
FROM {table}
WHERE {time} >= %(before_start)s AND {time} <= %(end)s
