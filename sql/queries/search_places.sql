-- Features whose text has what was typed: key, label, rank, box.
-- Rank 0: the text begins so; 1: a word of it begins so; 2: it is somewhere inside.
SELECT key, label,
       CASE WHEN folded LIKE %(text)s || '%%' THEN 0 WHEN folded LIKE '%% ' || %(text)s || '%%' THEN 1 ELSE 2 END AS rank,
       public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box)
FROM (
    SELECT {key}::text AS key, {label}::text AS label, public.gis_fold({text}) AS folded,
           public.Box2D(public.ST_Transform(geom, 4326)) AS box
    FROM {table}
    WHERE {found}
    LIMIT 200
) AS matches
ORDER BY rank, length(label), label
LIMIT %(limit)s
