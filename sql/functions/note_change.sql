-- Triggers AFTER INSERT, UPDATE, DELETE, TRUNCATE, once a statement: write which places of a layer
-- changed, in the same transaction; of a moved feature both places. At most 256 places a statement:
-- a larger change is written as larger places, so a COPY of a million rows is one short row here.
-- Rows that are on no map change the data all the same, and are written without a place.
CREATE OR REPLACE FUNCTION ops.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    touched bigint;
    deepest integer;
    places bigint[];
BEGIN
    CASE TG_OP
        WHEN 'INSERT', 'UPDATE' THEN SELECT count(*) INTO touched FROM new_rows;
        WHEN 'DELETE' THEN SELECT count(*) INTO touched FROM old_rows;
        ELSE touched := 1;
    END CASE;
    IF touched = 0 THEN RETURN NULL; END IF;
    deepest := CASE WHEN touched > 5000 THEN 10 ELSE 14 END;
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg(DISTINCT cell) INTO places FROM new_rows, public.gis_cells(px, deepest) AS cell;
        WHEN 'DELETE' THEN
            SELECT array_agg(DISTINCT cell) INTO places FROM old_rows, public.gis_cells(px, deepest) AS cell;
        WHEN 'UPDATE' THEN
            SELECT array_agg(DISTINCT cell) INTO places
            FROM (SELECT px FROM old_rows UNION ALL SELECT px FROM new_rows) AS moved,
                 public.gis_cells(px, deepest) AS cell;
        ELSE
            places := ARRAY[0];
    END CASE;
    FOR cap IN REVERSE deepest - 1..0 LOOP
        EXIT WHEN coalesce(cardinality(places), 0) <= 256;
        SELECT array_agg(DISTINCT public.gis_cell_above(cell, cap)) INTO places FROM unnest(places) AS cell;
    END LOOP;
    INSERT INTO ops.change (layer, cells, added, counted) VALUES (
        TG_TABLE_NAME,
        coalesce(places, '{}'),
        CASE TG_OP WHEN 'INSERT' THEN touched WHEN 'DELETE' THEN -touched ELSE 0 END,
        CASE TG_OP WHEN 'TRUNCATE' THEN 0 END
    );
    RETURN NULL;
END
$$;
