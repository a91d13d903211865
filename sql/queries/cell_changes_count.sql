-- How many changes of a layer's events there are after a snapshot, and whether all is to be built anew.
SELECT count(*), coalesce(bool_or(sign = 0), false) FROM ops.cell_change
WHERE layer = %(layer)s
  AND xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
  AND NOT pg_visible_in_snapshot(xid, %(seen)s::pg_snapshot)
