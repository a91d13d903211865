-- Columns of all rows that fit, in order.
SELECT {columns} FROM {table} AS t WHERE {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
