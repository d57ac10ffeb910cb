"""The host behind a telnet server, on which a terminal logs on."""
