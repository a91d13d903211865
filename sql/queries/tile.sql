-- One vector tile of one layer: rows that touch the tile and its margin, best rank first.
-- envelope: the tile in EPSG:3857 metres; area: the same with margin, in the storage CRS.
SELECT public.ST_AsMVT(features, %(layer)s, 4096, 'shape')
FROM (
    SELECT
        public.ST_AsMVTGeom(
            public.ST_Transform(source.geom, 3857),
            public.ST_TileEnvelope(%(z)s, %(x)s, %(y)s),
            4096, %(buffer)s, true
        ) AS shape,
        {fields}
    FROM (
        SELECT geom, {columns}
        FROM {table}
        WHERE geom OPERATOR(public.&&) public.ST_Transform(
            public.ST_Segmentize(public.ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s), %(step)s), {srid}
        )
        {order}
        LIMIT %(limit)s
    ) AS source
) AS features
WHERE shape IS NOT NULL
