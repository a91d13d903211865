-- The columns of a layer's table: name, type as PostgreSQL writes it, and whether it must be filled.
SELECT attname, replace(format_type(atttypid, atttypmod), 'public.', ''), attnotnull
FROM pg_attribute
WHERE attrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND attnum > 0 AND NOT attisdropped
