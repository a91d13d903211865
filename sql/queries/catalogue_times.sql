-- First and last time of a layer's rows, as instants.
SELECT min({time})::timestamptz, max({time})::timestamptz FROM {table}
