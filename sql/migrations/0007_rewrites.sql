-- Tables whose rows still have to be written anew, because their layer is declared in another way.
CREATE TABLE ops.rewrite (
    layer    text PRIMARY KEY,
    begun_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.rewrite IS
    'Layers whose rows keep what a former declaration gave; a row goes when all rows are written anew';
