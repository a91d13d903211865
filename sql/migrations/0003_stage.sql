-- Tables in the making; a finished one moves to the schema layer with its indexes.
CREATE SCHEMA IF NOT EXISTS stage;
