"""Telnet and TN3270: two sans-I/O machines, a server and a client, that take bytes and give events and bytes.

Neither owns a socket or a clock. TLS is not in here: immediate TLS goes round a whole machine, and START-TLS
is a state in which a machine reads nothing until the records protect what comes next.
"""
