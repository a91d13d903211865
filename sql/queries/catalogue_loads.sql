-- The state of every layer's data: last load, whether made-up rows are in it, last edit.
-- Demonstration rows are gone once a real load has replaced the layer. Edits are what triggers saw,
-- over HTTP or not; those that are not folded yet count, too.
-- The edition is another one whenever rows are others: the version of what is folded, with what is not.
-- The version grows with every load, and with every epoch: numbers of loads run back in a restore.
WITH done AS (
    SELECT layer, id, started_at, duration_s, mode, is_demo,
           max(id) FILTER (WHERE mode = 'replace') OVER (PARTITION BY layer) AS replaced
    FROM ops.load
    WHERE status = 'done'
), loads AS (
    SELECT layer,
           max(started_at + make_interval(secs => duration_s)) AS loaded_at,
           bool_or(is_demo) FILTER (WHERE replaced IS NULL OR id >= replaced) AS is_demo,
           max(id) AS version
    FROM done
    GROUP BY layer
), edits AS (
    SELECT layer, max(changed_at) AS edited_at, concat(max(version), ':', sum(id)) AS edition
    FROM (
        SELECT layer, changed_at, version, NULL::bigint AS id FROM ops.layer_version
        UNION ALL
        SELECT layer, changed_at, NULL, id FROM ops.change
    ) AS noted
    GROUP BY layer
)
SELECT layer, loaded_at, coalesce(is_demo, false) AS is_demo,
       coalesce(version, 0) + coalesce((SELECT began FROM ops.epoch), 0) AS version, edited_at,
       coalesce(edition, '') AS edition
FROM loads FULL JOIN edits USING (layer)
