-- What happened to the events of a layer after a snapshot, with the snapshot in which this is seen.
-- Times are
-- the bytes that PostgreSQL sends, as some have no end. A transaction that ran in the former one may have a smaller number than those that it shows.
SELECT pg_current_snapshot()::text AS snapshot, change.sign, change.cell, timestamptz_send(change.at) AS at, change.category, change.total, change.base
FROM (SELECT 1) AS once
LEFT JOIN (
    SELECT sign, cell, at, category, total, base FROM ops.cell_change
    WHERE layer = %(layer)s
      AND xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(xid, %(seen)s::pg_snapshot)
) AS change ON true
