"""OGC API Features: pygeoapi embedded, with our own reading of requests and our own SQL."""
