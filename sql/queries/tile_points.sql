-- One layer of a vector tile, of points: the best of every grid cell of 16 screen pixels stands for
-- all of the cell and says how many they are. What a leader must see comes before rank: an alarm is
-- never behind something else. Cells are whole also at the tile's edge.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape')
FROM (
    SELECT DISTINCT ON (_column, _row)
        {shape} AS shape, {fields}, count(*) OVER (PARTITION BY _column, _row) AS point_count
    FROM (
        SELECT t.*, floor(public.ST_XMin(t.px) * %(scale)s / 128) AS _column,
               floor(public.ST_YMin(t.px) * %(scale)s / 128) AS _row
        FROM {table} AS t
        WHERE {where}
    ) AS t
    ORDER BY _column, _row, {urgent}{rank} DESC NULLS LAST, t.{key}
) AS drawn
