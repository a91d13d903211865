"""OGC API Features: routes, documents, schemas, editing."""
