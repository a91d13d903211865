-- Write one row of the journal of loads; gives its id.
INSERT INTO ops.load (
    layer, file, checksum, mode, status, rows_in, rows_loaded, rows_refused,
    started_at, duration_s, who, report, reason, is_demo
) VALUES (
    %(layer)s, %(file)s, %(checksum)s, %(mode)s, %(status)s, %(rows_in)s, %(rows_loaded)s, %(rows_refused)s,
    %(started_at)s, %(duration_s)s, %(who)s, %(report)s, %(reason)s, %(is_demo)s
)
RETURNING id
