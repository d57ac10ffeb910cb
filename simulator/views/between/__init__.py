"""The two connections of a party in between, side by side."""
