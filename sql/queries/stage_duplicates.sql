-- Take out rows whose key stood in an earlier row; gives row, key and the row of the first.
DELETE FROM {stage} AS later
USING (
    SELECT {key} AS key, min(_row) AS first_row
    FROM {stage}
    GROUP BY {key}
    HAVING count(*) > 1
) AS twice
WHERE later.{key} = twice.key AND later._row > twice.first_row
RETURNING later._row, later.{key}::text, twice.first_row
