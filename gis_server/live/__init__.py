"""The present: changes of data and of declarations, taken over while the server runs."""
