-- Statements that lock the views of a layer's live table and change nothing. Whoever reads a view locks it before
-- its table, so it is locked first here, too.
SELECT DISTINCT format('ALTER VIEW %%s OWNER TO %%I', view.oid::regclass, pg_get_userbyid(view.relowner))
FROM pg_depend
JOIN pg_rewrite ON pg_rewrite.oid = objid
JOIN pg_class AS view ON view.oid = ev_class AND view.relkind = 'v'
WHERE refclassid = 'pg_class'::regclass AND refobjid = to_regclass(format('layer.%%I', %(layer)s::text))
  AND classid = 'pg_rewrite'::regclass
ORDER BY 1
