-- Events that were added or taken away since the cubes of H3 cells were built (cells/ in the source).
CREATE TABLE ops.cell_change (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    layer    text NOT NULL,
    xid      xid8 NOT NULL DEFAULT pg_current_xact_id(),
    sign     smallint NOT NULL,
    cell     bigint,
    at       timestamptz,
    category text,
    total    double precision,
    base     double precision
);
CREATE INDEX ON ops.cell_change (layer, xid);
COMMENT ON TABLE ops.cell_change IS 'Changes of events by H3 cell that a cube may not have counted yet';
COMMENT ON COLUMN ops.cell_change.sign IS
    '1 an event came, -1 it went, 0 so many changed that the cube is to be built anew';
COMMENT ON COLUMN ops.cell_change.xid IS 'Transaction of the change: a cube knows which ones it has seen';
