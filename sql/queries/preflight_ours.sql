-- Whether the schema ops is ours: its journal of migrations has our columns and stands beside the
-- journal of loads; and whether we may read it. From the catalogue alone, as we may not be let in.
SELECT count(*) = 2 AND bool_and(attname IN ('name', 'applied_at'))
       AND EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                   WHERE nspname = 'ops' AND relname = 'load' AND relkind = 'r'),
       coalesce(bool_and(has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(attrelid, 'SELECT')), false)
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'ops' AND relname = 'migration' AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
