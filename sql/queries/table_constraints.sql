-- Statements that give the staged table of a layer the constraints that others put on the live one.
SELECT format('ALTER TABLE stage.%%I ADD CONSTRAINT %%I %%s', %(layer)s::text, had.conname, pg_get_constraintdef(had.oid))
FROM pg_constraint AS had
WHERE had.conrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND had.contype IN ('c', 'f', 'u', 'x')
ORDER BY had.conname
