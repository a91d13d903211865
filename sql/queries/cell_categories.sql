-- The categories of a layer's events with the hash by which they are told apart.
SELECT category, coalesce(hashtextextended(category, 0), 0) FROM (SELECT DISTINCT {category} AS category FROM {table} AS t) AS categories
