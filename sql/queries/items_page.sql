-- A page of features as GeoJSON text in bytes, a row each; with it how many rows fit in all, where that
-- is wanted, and the values that the rows are sorted by. One statement, so one snapshot. The rows are
-- found first and written afterwards: skipped rows are never written. With a fence the rows that fit
-- are gathered before they are sorted.
SELECT {answer}
FROM (
    SELECT {columns}
    FROM (SELECT {columns} FROM {table} AS t WHERE {where} {fence}) AS t
    ORDER BY {order}
    LIMIT %(limit)s OFFSET %(offset)s
) AS t
