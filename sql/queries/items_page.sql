-- A page of features as GeoJSON text in bytes, a row each, with its place in the order, and how many
-- rows fit in all; one statement, so one snapshot. The rows are found first and written afterwards:
-- skipped rows are never written. With a fence the rows that fit are gathered before they are sorted.
SELECT textsend({feature}) AS feature, {matched} AS matched, {place}
FROM (
    SELECT {columns}
    FROM (SELECT {columns} FROM {table} AS t WHERE {where} {fence}) AS t
    ORDER BY {order}
    LIMIT %(limit)s OFFSET %(offset)s
) AS t
