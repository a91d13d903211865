-- Where a table goes for the rest of the transaction in which a new one takes its place.
CREATE SCHEMA IF NOT EXISTS replaced;
