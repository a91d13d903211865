-- How many triggers of ours a layer's table has, and the arguments of the one that keeps the columns
-- for tiles, joined by commas.
SELECT count(*)::integer,
       max(rtrim(replace(encode(tgargs, 'escape'), '\000', ','), ',')) FILTER (WHERE tgname = 'keep_tile_columns')
FROM pg_trigger
WHERE tgrelid = to_regclass(format('layer.%%I', %(layer)s::text))
  AND (tgname = 'keep_tile_columns' OR tgname LIKE 'note\_%%')
