-- Which files hold events that were moved out of their table (etl/archive.py in the source).
CREATE TABLE ops.archive (
    id          uuid PRIMARY KEY,
    layer       text NOT NULL,
    month       date NOT NULL,
    rows        bigint NOT NULL,
    who         text NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    restored_at timestamptz
);
COMMENT ON TABLE ops.archive IS 'One row a file of archived events, written with the deletion of what is in it';
COMMENT ON COLUMN ops.archive.id IS 'Stands in the file too';
COMMENT ON COLUMN ops.archive.rows IS 'Events in the file, those that an earlier one of the month had included';
COMMENT ON COLUMN ops.archive.restored_at IS 'When its events came back into the table: what is left of the file is of no use';
