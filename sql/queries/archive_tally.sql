-- How many events of a time there are, what their cells add up to, and how many have each field.
SELECT count(*), (coalesce(sum(t.h3), 0) %% 18446744073709551616)::text, {counts} FROM {table} AS t WHERE {chosen}
