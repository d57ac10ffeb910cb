"""Several connections over virtual time: the effect of each entry, and the world of each connection."""
