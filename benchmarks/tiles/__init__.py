"""Vector tiles side by side with other servers, over the same table, in one run."""
