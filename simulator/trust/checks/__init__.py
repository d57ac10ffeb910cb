"""The checks of the trust decision, one family a module."""
