-- Which of some tiles have anything in them or in their margin: column and row.
SELECT x, y FROM unnest(%(xs)s::integer[], %(ys)s::integer[]) AS tile (x, y)
WHERE EXISTS (
    SELECT FROM {table} AS t
    WHERE t.px OPERATOR(public.&&) public.ST_MakeEnvelope(
        x * %(side)s - %(margin)s, y * %(side)s - %(margin)s,
        (x + 1) * %(side)s + %(margin)s, (y + 1) * %(side)s + %(margin)s)
)
