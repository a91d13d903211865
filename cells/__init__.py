"""Events counted by H3 cell and time."""
