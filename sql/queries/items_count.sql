-- How many rows fit; in the form of items_page, with an empty page.
SELECT count(*) AS matched, 0 AS returned, '' AS features
FROM {table} AS t
WHERE {where}
