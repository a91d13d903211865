-- Delete the events of a time.
DELETE FROM {table} AS t WHERE {chosen}
