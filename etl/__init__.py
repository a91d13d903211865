"""Source in, table out: readers, checks, the load, the demonstration province."""
