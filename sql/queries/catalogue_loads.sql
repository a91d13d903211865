-- The state of every layer's data: last load, and whether made-up rows are in it.
-- Demonstration rows are gone once a real load has replaced the layer.
WITH done AS (
    SELECT layer, id, started_at, duration_s, mode, is_demo,
           max(id) FILTER (WHERE mode = 'replace') OVER (PARTITION BY layer) AS replaced
    FROM ops.load
    WHERE status = 'done'
)
SELECT layer,
       max(started_at + make_interval(secs => duration_s)) AS loaded_at,
       bool_or(is_demo) FILTER (WHERE replaced IS NULL OR id >= replaced) AS is_demo,
       max(id) AS version
FROM done
GROUP BY layer
