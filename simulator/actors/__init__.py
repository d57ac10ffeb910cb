"""The actors that decide: client, server and certificate authorities, on top of the handshake machines."""
