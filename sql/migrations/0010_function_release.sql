-- Which release's functions are installed: a process of an older one must not replace them.
CREATE TABLE ops.function_release (number integer NOT NULL);
INSERT INTO ops.function_release VALUES (0);
COMMENT ON TABLE ops.function_release IS
    'The number of the functions that are installed (FUNCTIONS in sql/migrate.py in the source)';
