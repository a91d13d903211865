-- Schemas: layer holds one table a dataset, ops the journal, private what is personal.
CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE SCHEMA IF NOT EXISTS layer;
CREATE SCHEMA IF NOT EXISTS private;

CREATE TABLE ops.load (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer        text NOT NULL,
    file         text NOT NULL,
    checksum     text,
    mode         text NOT NULL,
    status       text NOT NULL CHECK (status IN ('done', 'refused', 'failed')),
    rows_in      bigint NOT NULL DEFAULT 0,
    rows_loaded  bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    started_at   timestamptz NOT NULL,
    duration_s   double precision NOT NULL,
    who          text NOT NULL,
    report       text,
    reason       text,
    is_demo      boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ops.load IS 'One row a load, also of those that failed';
CREATE INDEX load_by_layer ON ops.load (layer, id DESC);
