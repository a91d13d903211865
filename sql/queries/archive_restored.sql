-- Write that the events of a file are in their table again.
UPDATE ops.archive SET restored_at = now() WHERE id = %(id)s
