-- Whether a layer has a feature.
SELECT EXISTS (SELECT FROM {table} AS t WHERE t.{key} = %(key)s)
