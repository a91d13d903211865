"""OGC API DGGS (21-038r1): events by the zones of H3."""
