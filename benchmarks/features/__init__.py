"""OGC API Features side by side with other servers."""
