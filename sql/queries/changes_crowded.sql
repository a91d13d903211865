-- Layers with so many dirty places that they are better taken as dirty all over.
SELECT layer FROM ops.dirty GROUP BY layer HAVING count(*) > %(most)s
