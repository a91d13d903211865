-- The journal of changes that came over HTTP, one feature each; loads have ops.load.
CREATE TABLE ops.edit (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer  text NOT NULL,
    key    text NOT NULL,
    action text NOT NULL CHECK (action IN ('create', 'replace', 'update', 'delete')),
    at     timestamptz NOT NULL DEFAULT now(),
    who    text NOT NULL
);
COMMENT ON TABLE ops.edit IS 'One row a feature that was created, replaced, updated or deleted over HTTP';
COMMENT ON COLUMN ops.edit.who IS 'Network address that the change came from';
CREATE INDEX edit_by_feature ON ops.edit (layer, key, id DESC);
