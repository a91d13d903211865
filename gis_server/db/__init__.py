"""The ground of the database: connection pools, statements, queries whose client has left."""
