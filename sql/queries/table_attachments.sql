-- Statements that give a table of a layer what others put on the one that is live now: owner, grants, row-level
-- security, comments, triggers, rules, publications, views. They name the live table, so they are for
-- when the new one has its name. A view is replaced and not made anew: it keeps its own grants and views.
WITH live AS (
    SELECT oid, format('layer.%%I', relname) AS name, relowner, relacl, reloptions, relreplident,
           relrowsecurity, relforcerowsecurity
    FROM pg_class WHERE oid = to_regclass(format('layer.%%I', %(layer)s::text))
), new AS (
    SELECT oid, relowner, relacl FROM pg_class WHERE oid = to_regclass(format('stage.%%I', %(layer)s::text))
), kept_columns AS (
    SELECT had.attnum, had.attname, had.attacl
    FROM live JOIN pg_attribute AS had ON had.attrelid = live.oid AND had.attnum > 0 AND NOT had.attisdropped
    WHERE EXISTS (SELECT FROM new JOIN pg_attribute AS has ON has.attrelid = new.oid
                  WHERE has.attname = had.attname AND NOT has.attisdropped)
), statements (step, statement) AS (
    SELECT 1, format('ALTER TABLE %%s OWNER TO %%I', name, pg_get_userbyid(live.relowner))
    FROM live, new WHERE live.relowner <> new.relowner
    UNION ALL
    -- What default privileges gave to the new table, and the live one may not have any more.
    SELECT 2, format('REVOKE ALL ON TABLE %%s FROM %%s', name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM live, new, aclexplode(new.relacl) WHERE grantee <> new.relowner
    UNION ALL
    SELECT 3, format('GRANT %%s ON TABLE %%s TO %%s%%s', privilege_type, name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                     CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
    FROM live, aclexplode(relacl) WHERE grantee <> relowner
    UNION ALL
    SELECT 3, format('GRANT %%s (%%I) ON TABLE %%s TO %%s%%s', privilege_type, attname, name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                     CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
    FROM live, kept_columns, aclexplode(attacl)
    UNION ALL
    SELECT 4, format('ALTER TABLE %%s ENABLE ROW LEVEL SECURITY', name) FROM live WHERE relrowsecurity
    UNION ALL
    SELECT 4, format('ALTER TABLE %%s FORCE ROW LEVEL SECURITY', name) FROM live WHERE relforcerowsecurity
    UNION ALL
    SELECT 5, format('CREATE POLICY %%I ON %%s AS %%s FOR %%s TO %%s%%s%%s', polname, name,
                     CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                     CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                     (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(polroles) AS role),
                     ' USING (' || pg_get_expr(polqual, polrelid) || ')',
                     ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
    FROM live JOIN pg_policy ON polrelid = live.oid
    UNION ALL
    SELECT 6, format('COMMENT ON POLICY %%I ON %%s IS %%L', polname, name, description)
    FROM live JOIN pg_policy AS policy ON polrelid = live.oid
    JOIN pg_description ON classoid = 'pg_policy'::regclass AND objoid = policy.oid
    UNION ALL
    SELECT 6, format('COMMENT ON TABLE %%s IS %%L', name, description)
    FROM live JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = live.oid AND objsubid = 0
    UNION ALL
    SELECT 6, format('COMMENT ON COLUMN %%s.%%I IS %%L', name, attname, description)
    FROM live JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = live.oid
    JOIN kept_columns ON attnum = objsubid
    UNION ALL
    SELECT 7, format('ALTER TABLE %%s SET (%%s)', name, array_to_string(reloptions, ', ')) FROM live WHERE reloptions IS NOT NULL
    UNION ALL
    SELECT 7, format('ALTER TABLE %%s REPLICA IDENTITY %%s', name, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
    FROM live WHERE relreplident IN ('f', 'n')
    UNION ALL
    SELECT 8, pg_get_triggerdef(other.oid)
    FROM live JOIN pg_trigger AS other ON other.tgrelid = live.oid AND NOT other.tgisinternal
    JOIN pg_proc ON pg_proc.oid = other.tgfoid
    WHERE pronamespace <> 'ops'::regnamespace
    UNION ALL
    SELECT 9, format('ALTER TABLE %%s %%s TRIGGER %%I', name,
                     CASE other.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, other.tgname)
    FROM live JOIN pg_trigger AS other ON other.tgrelid = live.oid AND NOT other.tgisinternal AND other.tgenabled <> 'O'
    JOIN pg_proc ON pg_proc.oid = other.tgfoid
    WHERE pronamespace <> 'ops'::regnamespace
    UNION ALL
    SELECT 9, pg_get_ruledef(pg_rewrite.oid) FROM live JOIN pg_rewrite ON ev_class = live.oid
    UNION ALL
    SELECT 10, format('ALTER PUBLICATION %%I ADD TABLE %%s%%s%%s', pubname, name,
                      (SELECT ' (' || string_agg(quote_ident(attname), ', ') || ')' FROM pg_attribute WHERE attrelid = prrelid AND attnum = ANY (prattrs)),
                      ' WHERE (' || pg_get_expr(prqual, prrelid) || ')')
    FROM live JOIN pg_publication_rel ON prrelid = live.oid JOIN pg_publication ON pg_publication.oid = prpubid
    UNION ALL
    SELECT DISTINCT 11, format('CREATE OR REPLACE VIEW %%s%%s AS %%s', view.oid::regclass,
                               ' WITH (' || array_to_string(view.reloptions, ', ') || ')', pg_get_viewdef(view.oid))
    FROM live JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = live.oid AND classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite ON pg_rewrite.oid = objid
    JOIN pg_class AS view ON view.oid = ev_class AND view.relkind = 'v'
)
SELECT statement FROM statements ORDER BY step, statement
