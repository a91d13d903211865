-- Body of a trigger function, once a statement: keep the documents of a layer's rows. Rows whose key,
-- title and searched fields stay are not looked at again.
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO ops.search_document (layer, key, title, words)
            SELECT {layer}, {document} FROM new_rows AS t
            ON CONFLICT (layer, key) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words;
        WHEN 'DELETE' THEN
            DELETE FROM ops.search_document AS document USING old_rows AS t
            WHERE document.layer = {layer} AND document.key = {key}::text;
        WHEN 'UPDATE' THEN
            DELETE FROM ops.search_document AS document
            USING (SELECT {key}::text AS key FROM old_rows AS t EXCEPT SELECT {key}::text FROM new_rows AS t) AS gone
            WHERE document.layer = {layer} AND document.key = gone.key;
            INSERT INTO ops.search_document (layer, key, title, words)
            SELECT {layer}, {document}
            FROM (SELECT {fields} FROM new_rows AS t EXCEPT SELECT {fields} FROM old_rows AS t) AS t
            ON CONFLICT (layer, key) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words;
        ELSE
            DELETE FROM ops.search_document AS document WHERE document.layer = {layer};
    END CASE;
    RETURN NULL;
END
