-- Change one feature if its row is still one of those that the client knows. Whoever waits for another
-- writer of the row has the condition looked at again, so of two who read the same row one comes through.
UPDATE {table} AS t SET {changes}
WHERE t.{key} = %(key)s AND (%(rows)s::text[] IS NULL OR t.xmin::text = ANY (%(rows)s::text[]))
  AND %(barred)s::text[] IS NOT NULL AND t.xmin::text <> ALL (%(barred)s::text[])
RETURNING t.{key}, t.xmin::text
