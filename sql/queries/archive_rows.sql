-- Events of a time, those of a cell together.
SELECT {columns} FROM {table} AS t WHERE {chosen} ORDER BY t.h3, {time}, {key}
