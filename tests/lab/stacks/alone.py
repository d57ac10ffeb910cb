"""Run a server in a network of its own, and hand out connections to it.

``unshare --map-root-user --net python alone.py FD PORT COMMAND...``: the network of this process has a
loopback address and nothing else, so a server that listens everywhere is reached by nobody. For each byte
that comes from the Unix socket FD, a connection to PORT goes back through it, or the byte alone while nobody
listens. The server ends with that socket.
"""

import fcntl
import socket
import struct
import subprocess
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # linux/sockios.h, linux/if.h

if __name__ == "__main__":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        fcntl.ioctl(anything, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    link, port = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    server = subprocess.Popen(sys.argv[3:])
    try:
        while (wish := link.recv(1)) and server.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    socket.send_fds(link, [wish], [connection.fileno()])
            except OSError:
                link.sendall(wish)
    finally:
        server.terminate()
        server.wait(10)
