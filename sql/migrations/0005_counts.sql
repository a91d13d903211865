-- How many rows every layer has, kept by the change mechanism and exact in every snapshot: what is
-- in ops.layer_rows, with what the rows of ops.change that are not folded yet add to it.
ALTER TABLE ops.change
    ADD added   bigint NOT NULL DEFAULT 0,
    ADD counted bigint;
COMMENT ON COLUMN ops.change.added IS 'Rows that the statement added, less those it removed';
COMMENT ON COLUMN ops.change.counted IS 'All rows after it, where the table was filled or emptied as a whole';

CREATE TABLE ops.layer_rows (
    layer text PRIMARY KEY,
    rows  bigint
);
COMMENT ON TABLE ops.layer_rows IS 'Rows of a layer up to the last folding; null when it was never counted';
