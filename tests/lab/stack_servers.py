"""Servers of other stacks on the loopback address, each of which requires a certificate of its clients."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from tests.lab.stack_client import PATIENCE_SECONDS
from tests.peers import ROOT, program
from tests.trust.handshakes import pem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from simulator.pki.certificate import Certificate
    from tests.lab.stack_client import Connect
    from tests.trust.worlds import Issued

SOURCES = ROOT / "tests" / "lab" / "stacks"
START_SECONDS = 30.0
#: They have no option for the address that they listen on.
EVERYWHERE = ("gnutls", "nss")
ALONE = ["unshare", "--map-root-user", "--net"]
PASSWORD = "peers"


def write_files(folder: Path, server: Issued, trusted: Sequence[Certificate]) -> None:
    """Write what every server is given: its chain, its key in three forms, and whom it trusts."""
    key = server.private_key
    pkcs8 = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    (folder / "server.pem").write_text("".join(map(pem, server.chain)))
    (folder / "server.key").write_bytes(key.private_bytes(*pkcs8))
    (folder / "server.key.der").write_bytes(key.private_bytes(Encoding.DER, *pkcs8[1:]))
    (folder / "trusted.pem").write_text("".join(map(pem, trusted)))
    leaf, *above = (load_der_x509_certificate(one.der) for one in server.chain)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    (folder / "server.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"server", key, leaf, above, encryption)
    )


def gnutls(port: int, folder: Path) -> list[str]:
    """gnutls-serv, which verifies only if it is told to."""
    files = [f"--x509certfile={folder}/server.pem", f"--x509keyfile={folder}/server.key"]
    asks = ["--require-client-cert", "--verify-client-cert", f"--x509cafile={folder}/trusted.pem"]
    return [program("gnutls-serv"), "--quiet", "--http", f"--port={port}", *files, *asks]


def nss(port: int, folder: Path) -> list[str]:
    """NSS selfserv with its database; ``-rr`` requires a certificate in the first handshake.

    The database has no password: with one, NSS derives a key anew for each thing that it writes or reads.
    """
    database = folder / "nss"
    database.mkdir()
    where = ["-d", f"sql:{database}"]
    run([program("certutil"), "-N", *where, "--empty-password"])
    run([program("pk12util"), "-i", str(folder / "server.p12"), *where, "-K", "", "-W", PASSWORD])
    blocks = (folder / "trusted.pem").read_text().split("-----END CERTIFICATE-----\n")[:-1]
    orders = ""
    for number, block in enumerate(blocks):
        (folder / f"ca{number}.pem").write_text(block + "-----END CERTIFICATE-----\n")
        orders += f"-A -n ca{number} -t T,, -i {folder}/ca{number}.pem\n"
    (folder / "orders").write_text(orders)
    run([program("certutil"), "-B", "-i", str(folder / "orders"), *where])
    return [program("selfserv"), "-n", "server", "-p", str(port), *where, "-rr", "-V", "tls1.2:tls1.3"]


def go(port: int, folder: Path) -> list[str]:
    """A server of Go's crypto/tls."""
    run([program("go"), "build", "-o", str(folder / "server"), str(SOURCES / "server.go")])
    return [str(folder / "server"), str(port), str(folder)]


def jsse(port: int, folder: Path) -> list[str]:
    """A server of Java's JSSE."""
    return [program("java"), str(SOURCES / "Server.java"), str(port), str(folder)]


def node(port: int, folder: Path) -> list[str]:
    """A server of Node's tls."""
    return [program("node"), str(SOURCES / "server.js"), str(port), str(folder)]


def nginx(port: int, folder: Path) -> list[str]:
    """Nginx with ``ssl_verify_client on``."""
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log info;\n"
        "events {}\nhttp { access_log off; "
        + "".join(
            f"{kind}_temp_path {folder}/{kind}; "
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3; "
        f"ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key; "
        f"ssl_client_certificate {folder}/trusted.pem; ssl_verify_client on; "
        'location / { return 200 "welcome"; } } }\n'
    )
    return [
        program("nginx"),
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
    ]


SERVERS: dict[str, Callable[[int, Path], list[str]]] = {
    "gnutls": gnutls,
    "jsse": jsse,
    "go": go,
    "nss": nss,
    "nginx": nginx,
    "node": node,
}


def run(command: list[str]) -> None:
    """Run a command that prepares a server."""
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@cache
def can_be_alone() -> bool:
    """Return True if a process may have a network of its own here (some containers do not allow it)."""
    try:
        return subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@contextmanager
def running(stack: str, folder: Path) -> Iterator[Connect]:
    """A server of a stack, from the files in the folder; what makes a connection to it.

    A server that cannot be told to listen on the loopback address alone gets a network of its own, where the
    machine allows that.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = SERVERS[stack](port, folder)
    ours, its = socket.socketpair()
    alone = stack in EVERYWHERE and can_be_alone()
    if alone:
        command = [*ALONE, sys.executable, str(SOURCES / "alone.py"), str(its.fileno()), str(port), *command]

    def connect() -> socket.socket:
        if not alone:
            return socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        ours.sendall(b"?")
        answer, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        if not descriptors:
            raise ConnectionRefusedError("nobody listens" if answer else "the server has ended")
        connection = socket.socket(fileno=descriptors[0])
        connection.settimeout(PATIENCE_SECONDS)
        return connection

    with ours, its, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, pass_fds=[its.fileno()]
        )
        its.close()
        try:
            wait_for(process, connect)
            yield connect
        finally:
            ours.close()
            if not alone:
                process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def wait_for(process: subprocess.Popen[bytes], connect: Connect) -> None:
    """Wait until the server listens."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            connect().close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server does not listen: {process.args!r}")
