-- Write one row of the journal of edits.
INSERT INTO ops.edit (layer, key, action, who) VALUES (%(layer)s, %(key)s, %(action)s, %(who)s)
