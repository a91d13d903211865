"""What more layers cost that nobody touches: start, change, search, tiles, the API definition."""
