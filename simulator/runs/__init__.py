"""One run of a scenario, and many."""
