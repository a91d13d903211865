-- What keeps us from a database: a word for it, what it is about, whose or where that is, the
-- role and the database; the first thing to mend.
-- From the catalogue alone, so that a role without any rights gets an answer too.
WITH own (name, since) AS (
    VALUES ('ops', NULL), ('layer', '0001_rooms.sql'), ('private', '0001_rooms.sql'),
           ('stage', '0003_stage.sql'), ('replaced', '0011_replaced.sql')
), schemas AS (
    SELECT oid, nspname, nspowner,
           CASE WHEN since IS NULL THEN %(is_ours)s ELSE since = ANY (%(applied)s::text[]) END AS is_ours
    FROM pg_namespace JOIN own ON name = nspname
), objects (schema, oid, kind, name, owner) AS (
    SELECT relnamespace, oid, 'table', relname::text, relowner FROM pg_class WHERE relkind <> 'i'
    UNION ALL
    SELECT pronamespace, oid, 'function', proname::text, proowner FROM pg_proc
    UNION ALL
    SELECT typnamespace, oid, 'type', typname::text, typowner FROM pg_type WHERE typrelid = 0 AND typelem = 0
), owned (owner, what) AS (
    SELECT nspowner, 'schema ' || nspname FROM schemas WHERE is_ours
    UNION ALL
    SELECT owner, format('%%s %%I.%%I', kind, nspname, name)
    FROM schemas JOIN objects ON schema = schemas.oid
    WHERE is_ours AND nspname IN ('ops', 'layer') AND kind <> 'type'
      AND (nspname = 'ops' OR EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                                      WHERE tgrelid = objects.oid AND pronamespace = to_regnamespace('ops')))
    UNION ALL
    SELECT owner, 'function ' || oid::regprocedure FROM objects
    WHERE kind = 'function' AND schema = to_regnamespace('public') AND name = ANY (%(functions)s::text[])
      AND '0001_rooms.sql' = ANY (%(applied)s::text[])
), problems (step, what, about, whose) AS (
    SELECT 1, 'encoding', current_setting('server_encoding'), '' WHERE current_setting('server_encoding') <> 'UTF8'
    UNION ALL
    SELECT 2, 'standby', '', '' WHERE pg_is_in_recovery()
    UNION ALL
    SELECT 3, 'read-only', '', '' WHERE current_setting('transaction_read_only')::boolean
    UNION ALL
    SELECT 4, CASE WHEN extrelocatable THEN 'elsewhere' ELSE 'immovable' END, extname::text, nspname::text
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = ANY (%(extensions)s::text[]) AND nspname <> 'public'
    UNION ALL
    SELECT 5, 'foreign', 'schema ' || nspname, '' FROM schemas
    WHERE NOT is_ours AND EXISTS (SELECT FROM objects WHERE schema = schemas.oid)
    UNION ALL
    SELECT 6, 'foreign', 'function ' || oid::regprocedure, '' FROM objects
    WHERE kind = 'function' AND schema = to_regnamespace('public') AND name = ANY (%(functions)s::text[])
      AND NOT '0001_rooms.sql' = ANY (%(applied)s::text[])
    UNION ALL
    SELECT 7, 'owner', (array_agg(what ORDER BY what NOT LIKE 'schema %%', what))[1]
           || CASE WHEN count(*) > 1 THEN format(' and %%s more', count(*) - 1) ELSE '' END, quote_ident(pg_get_userbyid(owner))
    FROM owned WHERE NOT pg_has_role(owner, 'USAGE') GROUP BY owner
    UNION ALL
    SELECT 8, 'right', format('CREATE ON DATABASE %%I', current_database()), ''
    WHERE NOT has_database_privilege(current_database(), 'CREATE')
    UNION ALL
    SELECT 9, 'right', format('USAGE, CREATE ON SCHEMA %%I', nspname), ''
    FROM pg_namespace
    WHERE (nspname = 'public' OR oid IN (SELECT oid FROM schemas))
      AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
    UNION ALL
    SELECT 10, 'right', format('TEMPORARY ON DATABASE %%I', current_database()), ''
    WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
    UNION ALL
    SELECT 11, 'right', 'INSERT ON public.spatial_ref_sys', ''
    FROM pg_class
    WHERE relnamespace = to_regnamespace('public') AND relname = 'spatial_ref_sys'
      AND NOT '0002_vn2000_zones.sql' = ANY (%(applied)s::text[]) AND NOT has_table_privilege(oid, 'INSERT')
)
SELECT what, about, whose, quote_ident(current_user), quote_ident(current_database())
FROM problems ORDER BY step, about LIMIT 1
