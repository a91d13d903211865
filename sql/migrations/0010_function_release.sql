-- Which release's functions are installed: a process of an older one must not replace them.
-- A dump of an older release, restored over this one, leaves the table behind and forgets that it was made.
CREATE TABLE IF NOT EXISTS ops.function_release (number integer NOT NULL);
DELETE FROM ops.function_release;
INSERT INTO ops.function_release VALUES (0);
COMMENT ON TABLE ops.function_release IS
    'The number of the functions that are installed (FUNCTIONS in sql/migrate.py in the source)';
