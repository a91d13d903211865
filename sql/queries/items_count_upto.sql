-- How many rows fit, null when they are more than the most that are counted.
SELECT CASE WHEN count(*) <= {most} THEN count(*) END
FROM (SELECT FROM {table} AS t WHERE {where} LIMIT {most} + 1) AS counted
