"""The client's choice of a certificate: which of its own it takes, and whether its user is asked."""
