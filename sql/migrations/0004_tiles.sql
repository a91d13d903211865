-- Changes of layers, and what a table keeps for its vector tiles.

-- Which database this is: tiles in files belong to one.
CREATE TABLE ops.database (id uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO ops.database DEFAULT VALUES;

-- Written by triggers in the transaction of the change; folded into ops.dirty within a moment.
CREATE TABLE ops.change (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    cells bigint[] NOT NULL
);
COMMENT ON TABLE ops.change IS 'One row a statement that changed a layer: the places, not the rows';

-- Numbers of the states of the data; given out under a lock, so a higher one is committed later.
CREATE SEQUENCE ops.version;

CREATE TABLE ops.layer_version (
    layer   text PRIMARY KEY,
    version bigint NOT NULL
);
COMMENT ON TABLE ops.layer_version IS 'The last version in which a layer changed';

CREATE TABLE ops.dirty (
    layer   text NOT NULL,
    cell    bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (layer, cell)
);
COMMENT ON TABLE ops.dirty IS 'The last version in which something changed inside a tile (zoom * 2^58 + column * 2^29 + row)';
CREATE INDEX dirty_by_version ON ops.dirty (version);

CREATE TYPE ops.tile_columns AS (
    px        public.geometry,
    px_size   double precision,
    tile_from smallint,
    px12      public.geometry,
    px8       public.geometry,
    px4       public.geometry,
    anchor    public.geometry
);
