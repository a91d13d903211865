-- When the rows of a layer last changed in any way that is news: what tells whether data are stale.
-- Written with every statement that the triggers see. Upkeep (sql/queries/change_upkeep.sql) moves
-- rows about without news, and whoever only wants tiles drawn anew writes null.
ALTER TABLE ops.change ADD changed_at timestamptz;
ALTER TABLE ops.change ALTER changed_at SET DEFAULT
    CASE WHEN current_setting('gis.is_upkeep', true) = 'on' THEN NULL ELSE now() END;
COMMENT ON COLUMN ops.change.changed_at IS 'When rows changed; null where the statement is no news of the layer';

ALTER TABLE ops.layer_version ADD changed_at timestamptz;
COMMENT ON COLUMN ops.layer_version.changed_at IS 'When rows of the layer last changed';
UPDATE ops.layer_version SET changed_at = (SELECT max(at) FROM ops.edit WHERE edit.layer = layer_version.layer);
