"""The trust decision: path building and the ledger of checks, as pure functions."""
