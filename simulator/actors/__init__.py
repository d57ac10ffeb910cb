"""Who decides: the client, the server and the certificate authorities, on top of the handshake machines."""
