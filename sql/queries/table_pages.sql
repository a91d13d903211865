-- How many pages a layer's table has on disk.
SELECT pg_relation_size(to_regclass(format('layer.%%I', %(layer)s::text))) / current_setting('block_size')::bigint
