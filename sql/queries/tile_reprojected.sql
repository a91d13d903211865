-- One layer of a vector tile in another CRS than Web Mercator, of points: as in tile_points the best of
-- every grid cell of 16 screen pixels stands for all of the cell and says how many they are. Points are
-- brought into the CRS one by one, once each (OFFSET 0 keeps the planner from writing the expression out
-- where it is used), and cells are those of the tile, with one more around it.
SELECT public.ST_AsMVT(drawn, %(name)s, 4096, 'shape')
FROM (
    SELECT DISTINCT ON (_column, _row)
        public.ST_SnapToGrid(_place, 1) AS shape, {fields},
        count(*) OVER (PARTITION BY _column, _row) AS point_count
    FROM (
        SELECT t.*, floor(public.ST_XMin(_place) / 128) AS _column, floor(public.ST_YMin(_place) / 128) AS _row
        FROM (SELECT t.*, {place} AS _place FROM {table} AS t WHERE {where} OFFSET 0) AS t
    ) AS t
    WHERE _column BETWEEN -1 AND 32 AND _row BETWEEN -1 AND 32
    ORDER BY _column, _row, {urgent}{rank} DESC NULLS LAST, t.{key}
) AS drawn
