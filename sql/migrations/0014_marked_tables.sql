-- A layer's table is told from a table of others by its triggers: they call functions of this schema.
-- Tables of a release from before there were any (0004 has come in this very transaction) get one.
-- What has no title (COMMENT) was not made by us.
DO $$
DECLARE
    made regclass;
BEGIN
    IF (SELECT count(DISTINCT applied_at) = 2 AND max(applied_at) = now()
        FROM ops.migration WHERE name IN ('0001_rooms.sql', '0004_tiles.sql')) THEN
        CREATE OR REPLACE FUNCTION ops.note_change() RETURNS trigger
        LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        FOR made IN
            SELECT pg_class.oid FROM pg_class
            WHERE relnamespace = 'layer'::regnamespace AND relkind = 'r'
              AND obj_description(pg_class.oid, 'pg_class') IS NOT NULL AND pg_has_role(relowner, 'USAGE')
        LOOP
            EXECUTE format('CREATE OR REPLACE TRIGGER note_truncate AFTER TRUNCATE ON %s'
                           ' FOR EACH STATEMENT EXECUTE FUNCTION ops.note_change()', made);
        END LOOP;
    END IF;
END
$$;
