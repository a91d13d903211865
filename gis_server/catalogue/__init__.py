"""What there is: the state of every layer, and search over all of them."""
