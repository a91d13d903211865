-- Forget the changes of a layer that a snapshot shows.
DELETE FROM ops.cell_change WHERE layer = %(layer)s AND pg_visible_in_snapshot(xid, %(seen)s::pg_snapshot)
