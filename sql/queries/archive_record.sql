-- Write that the events of a file are not in their table any more.
INSERT INTO ops.archive (id, layer, month, rows, who) VALUES (%(id)s, %(layer)s, %(month)s, %(rows)s, %(who)s)
