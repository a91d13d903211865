-- gis_cells(box, cap): the tiles that a box of global tile pixels lies in, as codes: zoom * 2^58 +
-- column * 2^29 + row. The zoom is the deepest at which the box is no wider than a tile, at most cap, so
-- there are one to four.
CREATE OR REPLACE FUNCTION public.gis_cells(box public.geometry, cap integer) RETURNS SETOF bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 2
AS $$
    SELECT (z::bigint << 58) | (x << 29) | y
    FROM (SELECT greatest(0, least(cap, floor(34 - log(2.0, greatest(1.0,
              public.ST_XMax(box) - public.ST_XMin(box), public.ST_YMax(box) - public.ST_YMin(box))::numeric))::integer)) AS z) AS found,
         generate_series(least(greatest(public.ST_XMin(box)::bigint, 0), 17179869183) >> (34 - z),
                         least(greatest(public.ST_XMax(box)::bigint, 0), 17179869183) >> (34 - z)) AS x,
         generate_series(least(greatest(public.ST_YMin(box)::bigint, 0), 17179869183) >> (34 - z),
                         least(greatest(public.ST_YMax(box)::bigint, 0), 17179869183) >> (34 - z)) AS y
$$;

-- gis_cell_above(cell, cap): the tile itself, or its ancestor at zoom cap when it is deeper.
CREATE OR REPLACE FUNCTION public.gis_cell_above(cell bigint, cap integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT CASE WHEN cell >> 58 <= cap THEN cell
           ELSE (cap::bigint << 58)
                | ((((cell >> 29) & 536870911) >> ((cell >> 58) - cap)::integer) << 29)
                | ((cell & 536870911) >> ((cell >> 58) - cap)::integer) END
$$;
