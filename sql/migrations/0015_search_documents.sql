-- What the search box finds, of all layers in one index: a search asks once, however many layers there are.
-- A dump of an older release, restored over this one, leaves the table behind and forgets that it was made.
CREATE TABLE IF NOT EXISTS ops.search_document (
    layer text NOT NULL,
    key   text NOT NULL,
    title text NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (layer, key)
);
DELETE FROM ops.search_document;
CREATE INDEX IF NOT EXISTS search_document_by_words ON ops.search_document USING gin (words public.gin_trgm_ops);
COMMENT ON TABLE ops.search_document IS 'One row a feature of a layer that can be searched, kept by the triggers search_*';
COMMENT ON COLUMN ops.search_document.words IS 'Searched fields without accents and capitals (gis_fold), with | between two of them';
