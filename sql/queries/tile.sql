-- One layer of a vector tile: rows that touch the tile and its margin, best rank first.
-- The tile's edges are cut into steps before they are bent into the storage CRS.
SELECT public.ST_AsMVT(features, %(layer)s, 4096, 'shape')
FROM (
    SELECT
        public.ST_AsMVTGeom(
            public.ST_Transform(source.place, 3857),
            public.ST_TileEnvelope(%(z)s, %(x)s, %(y)s),
            4096, %(buffer)s, true
        ) AS shape,
        {fields}
    FROM (
        SELECT {geom} AS place, {columns}
        FROM {table}
        WHERE {geom} OPERATOR(public.&&) public.ST_Transform(
            public.ST_Segmentize(public.ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s), %(step)s), {srid}
        )
        {order}
        LIMIT %(limit)s
    ) AS source
) AS features
WHERE shape IS NOT NULL
