-- How many triggers a layer's table has that write down its events, and for what form of them.
SELECT count(*)::integer, min(rtrim(replace(encode(tgargs, 'escape'), '\000', ','), ','))
FROM pg_trigger
WHERE tgrelid = to_regclass(format('layer.%%I', %(layer)s::text)) AND tgname LIKE 'cells\_%%'
