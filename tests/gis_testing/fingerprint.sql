-- What tells the schema of a database from any other: a digest of all that DDL can change.
WITH spaces AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
    SELECT c.oid, format('%I.%I', s.nspname, c.relname) AS name, c.relkind, c.relpersistence,
           c.reloptions, c.relacl, c.relrowsecurity, obj_description(c.oid, 'pg_class') AS about
    FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i')
), facts AS (
    SELECT 'space ' || nspname AS fact FROM spaces
    UNION ALL
    SELECT format('relation %s %s %s %s %s %s %s', name, relkind, relpersistence, reloptions,
                  relacl, relrowsecurity, about)
    FROM relations
    UNION ALL
    SELECT format('column %s %s %s %s %s %s %s', r.name, a.attname, a.attnum,
                  a.atttypid::regtype, a.attnotnull, a.attidentity,
                  pg_get_expr(d.adbin, d.adrelid))
    FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'v', 'm')
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(oid) FROM relations WHERE relkind = 'i'
    UNION ALL
    SELECT format('trigger %s %s', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM pg_trigger AS t JOIN relations AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('constraint %s %s %s', r.name, c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint AS c JOIN relations AS r ON r.oid = c.conrelid
    UNION ALL
    SELECT format('function %s %s', p.oid::regprocedure, md5(p.prosrc))
    FROM pg_proc AS p JOIN spaces AS s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
    UNION ALL
    SELECT 'extension ' || extname FROM pg_extension
    UNION ALL
    SELECT 'reference systems ' || count(*) FROM public.spatial_ref_sys
    UNION ALL
    SELECT format('policy %s %s', polname, polrelid::regclass) FROM pg_policy
    UNION ALL
    SELECT format('publication %s', pubname) FROM pg_publication
    UNION ALL
    SELECT format('setting %s %s', setrole, setconfig) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT md5(string_agg(fact, E'\n' ORDER BY fact)) FROM facts
