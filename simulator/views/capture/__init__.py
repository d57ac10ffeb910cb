"""A run as a network capture for Wireshark."""
