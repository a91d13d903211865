-- A page of features as GeoJSON text, and how many rows fit in all; one statement, so one snapshot.
-- The rows of the page are found first and written afterwards: skipped rows are never written.
SELECT
    (SELECT count(*) FROM {table} AS t WHERE {where}) AS matched,
    count(*) AS returned,
    coalesce(string_agg(feature, ','), '') AS features
FROM (
    SELECT {feature} AS feature
    FROM (
        SELECT {columns}
        FROM {table} AS t
        WHERE {where}
        ORDER BY {order}
        LIMIT %(limit)s OFFSET %(offset)s
    ) AS t
) AS page
