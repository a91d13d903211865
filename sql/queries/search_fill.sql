-- Bring the documents of a layer to the rows of its table; what is right already is not written again.
WITH found (key, title, words) AS MATERIALIZED (
    SELECT {document} FROM {table} AS t
), gone AS (
    DELETE FROM ops.search_document AS document
    WHERE layer = %(layer)s AND NOT EXISTS (SELECT FROM found WHERE found.key = document.key)
)
INSERT INTO ops.search_document AS kept (layer, key, title, words)
SELECT %(layer)s, key, title, words FROM found
ON CONFLICT (layer, key) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words
WHERE (kept.title, kept.words) <> (EXCLUDED.title, EXCLUDED.words)
