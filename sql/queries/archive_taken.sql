-- The first of some keys that an event of a time has.
SELECT {key}::text FROM {table} AS t WHERE {chosen} AND {key} = ANY(%(keys)s) LIMIT 1
