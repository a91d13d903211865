-- How many connections the server takes, and how many of them ordinary roles do not get.
SELECT current_setting('max_connections')::integer,
       current_setting('superuser_reserved_connections')::integer
       + coalesce(current_setting('reserved_connections', true)::integer, 0)
