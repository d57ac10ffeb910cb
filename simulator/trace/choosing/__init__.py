"""Searches as facts of a trace: of a client in its certificates, of a server in its table of users."""
