-- What became of the events of a file: whether they came back; no row when they never went.
SELECT restored_at IS NOT NULL FROM ops.archive WHERE id = %(id)s
