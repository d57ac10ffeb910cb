"""Mistakes in a scenario: how one is worded, and the rules that find them."""
