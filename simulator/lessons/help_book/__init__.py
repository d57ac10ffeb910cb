"""The help book: what documentation says of client authentication, each statement with runs that show it."""
