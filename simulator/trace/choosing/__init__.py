"""The client's look through its certificates, as a fact of a trace."""
