-- Features of some layers whose words have what was typed, best first: layer, key, title, rank.
-- Rank 0: the words begin so; 1: one of them begins so; 2: it is somewhere inside. A text that half the
-- province has is not read to its end; units are few and looked for by themselves, so none of them is missed.
SELECT layer, key, title, rank
FROM (
    SELECT layer, key, title,
           CASE WHEN words LIKE %(text)s || '%%' THEN 0
                WHEN translate(words, '|', ' ') LIKE '%% ' || %(text)s || '%%' THEN 1 ELSE 2 END AS rank
    FROM (
        (SELECT * FROM ops.search_document
         WHERE layer = ANY (%(layers)s::text[]) AND layer = ANY (%(units)s::text[])
           AND words LIKE '%%' || %(text)s || '%%')
        UNION ALL
        (SELECT * FROM ops.search_document
         WHERE layer = ANY (%(layers)s::text[]) AND layer <> ALL (%(units)s::text[])
           AND words LIKE '%%' || %(text)s || '%%'
         LIMIT %(most)s)
    ) AS found
) AS matches
ORDER BY rank - CASE WHEN layer = ANY (%(units)s::text[]) THEN 0.5 ELSE 0 END, length(title),
         array_position(%(layers)s::text[], layer), title
LIMIT %(limit)s
