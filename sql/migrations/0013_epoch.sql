-- The epoch of versions: a database that was restored or set back begins a new one (tiles/epoch.py in the source).
-- A dump of an older release, restored over this one, leaves the table behind and forgets that it was made.
CREATE TABLE IF NOT EXISTS ops.epoch (
    is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    identity text NOT NULL,
    began    bigint NOT NULL
);
COMMENT ON TABLE ops.epoch IS 'In which tables of which database versions are given out';
COMMENT ON COLUMN ops.epoch.identity IS 'A restored copy of this row names tables that are no longer there';
COMMENT ON COLUMN ops.epoch.began IS 'All versions of this epoch are above it, those of earlier ones are not';
