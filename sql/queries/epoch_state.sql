-- Whether changes wait, in which epoch this database is, and in which one versions were given out last.
-- The key comes last in a restore, after all rows and numbers of sequences: until then nothing may be written.
SELECT to_regclass('ops.epoch_pkey') IS NOT NULL AS is_whole,
       EXISTS (SELECT FROM ops.change WHERE id <= %(last)s) AS is_waiting,
       concat_ws('-', (SELECT id FROM ops.database), to_regclass('ops.database')::oid, to_regclass('ops.epoch')::oid,
                 (SELECT oid FROM pg_database WHERE datname = current_database()),
                 (SELECT system_identifier FROM pg_control_system()),
                 (SELECT timeline_id FROM pg_control_checkpoint())) AS identity,
       (SELECT identity FROM ops.epoch) AS written,
       (SELECT last_value FROM ops.version) AS version
