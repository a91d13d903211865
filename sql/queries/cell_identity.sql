-- What tells the table of a layer, in this database and the course that it has taken, from any other: numbers
-- of transactions mean nothing in another one nor in one that was set back, and one that was restored has
-- tables of its own.
SELECT concat_ws('-', (SELECT id FROM ops.database), to_regclass(format('layer.%%I', %(layer)s::text))::oid,
                 (SELECT oid FROM pg_database WHERE datname = current_database()),
                 (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()))
