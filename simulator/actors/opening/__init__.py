"""The beginning of a connection that does not begin with TLS: what each side says and decides in clear."""
