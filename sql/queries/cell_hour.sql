-- The hour of the week of a time in a zone, 0 from Monday's midnight.
(((extract(isodow FROM {time} AT TIME ZONE {zone})::integer - 1) * 24 + extract(hour FROM {time} AT TIME ZONE {zone})::integer))
