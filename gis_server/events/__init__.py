"""Events counted by cell: analyses that are kept, and the people they are related to."""
