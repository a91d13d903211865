"""Features of a layer: a query, the plan of its statement, and its answer. Knows no Flask."""
