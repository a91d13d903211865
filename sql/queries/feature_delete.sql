-- Remove one feature if its row is still one of those that the client knows.
DELETE FROM {table} AS t
WHERE t.{key} = %(key)s AND (%(rows)s::text[] IS NULL OR t.xmin::text = ANY (%(rows)s::text[]))
  AND %(barred)s::text[] IS NOT NULL AND t.xmin::text <> ALL (%(barred)s::text[])
RETURNING t.{key}, t.xmin::text
