-- The months of a zone in which a layer has events of before a time.
SELECT DISTINCT date_trunc('month', {time} AT TIME ZONE {zone})::date AS month
FROM {table} AS t WHERE {time} < %(end)s AND {held} ORDER BY month
