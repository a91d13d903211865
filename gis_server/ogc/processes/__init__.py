"""OGC API Processes (18-062r2): questions about events that are posted."""
