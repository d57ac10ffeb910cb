"""TLS 1.3 and TLS 1.2 as sans-I/O state machines over declared messages."""
