-- Where a layer's rows are in global tile pixels, from the statistics of its index of places; nulls
-- when there are none yet.
SELECT public.ST_XMin(extent), public.ST_YMin(extent), public.ST_XMax(extent), public.ST_YMax(extent)
FROM public.ST_EstimatedExtent('layer', %(layer)s, 'px') AS extent
