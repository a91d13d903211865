-- Body of a trigger function, once a statement: write which events of a layer came and went. Of an
-- event whose cell, time, category and weights stay nothing is written; of very many only that they are.
DECLARE
    touched bigint;
BEGIN
    CASE TG_OP
        WHEN 'INSERT', 'UPDATE' THEN SELECT count(*) INTO touched FROM new_rows;
        WHEN 'DELETE' THEN SELECT count(*) INTO touched FROM old_rows;
        ELSE touched := {most} + 1;
    END CASE;
    IF touched > {most} THEN
        INSERT INTO ops.cell_change (layer, sign) VALUES ({layer}, 0);
        RETURN NULL;
    END IF;
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO ops.cell_change (layer, sign, cell, at, category, total, base)
            SELECT {layer}, 1, {columns} FROM new_rows AS t;
        WHEN 'DELETE' THEN
            INSERT INTO ops.cell_change (layer, sign, cell, at, category, total, base)
            SELECT {layer}, -1, {columns} FROM old_rows AS t;
        ELSE
            INSERT INTO ops.cell_change (layer, sign, cell, at, category, total, base)
            SELECT {layer}, 1, came.*
            FROM (SELECT {columns} FROM new_rows AS t EXCEPT ALL SELECT {columns} FROM old_rows AS t) AS came
            UNION ALL
            SELECT {layer}, -1, went.*
            FROM (SELECT {columns} FROM old_rows AS t EXCEPT ALL SELECT {columns} FROM new_rows AS t) AS went;
    END CASE;
    RETURN NULL;
END
