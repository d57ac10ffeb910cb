"""Questions whose answers are found by playing."""
