"""What a side looked through, as facts of a trace: a client its certificates, a server its table of users."""
