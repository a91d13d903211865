-- Write the rows of a load again, neighbours beside each other, with the columns that are kept with a
-- row: those for tiles, and its GeoJSON text, which needs the number that the row got.
INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
SELECT t.*{text}
FROM (
    SELECT {values}, kept.*
    FROM {unordered} AS t CROSS JOIN LATERAL {tile_columns} AS kept
    ORDER BY kept.px, t.{row}
) AS t
