-- Forget changes of a layer whose transactions this database has not had: they came with a dump of another one, and
-- what they tell is in the rows that came with them.
DELETE FROM ops.cell_change WHERE layer = %(layer)s AND xid >= pg_snapshot_xmax(pg_current_snapshot())
