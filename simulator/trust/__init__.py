"""How a certificate is judged: path building and the ledger of checks, as pure functions."""
