"""The same chains through OpenSSL: a handshake of the standard library's ``ssl`` in memory."""

from __future__ import annotations

import re
import ssl
import tempfile
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.trust.worlds import HOST, Issued, issue

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import Side

MACHINE_NOW = datetime.now(UTC).replace(microsecond=0)  # OpenSSL judges at the machine's clock
KEPT_CONTEXTS = 128
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@cache
def good_server() -> Issued:
    """The server that the clients under judgement talk to."""
    return issue("server", (), MACHINE_NOW)


def pem(certificate: Certificate) -> str:
    """A certificate as PEM text."""
    return ssl.DER_cert_to_PEM_cert(certificate.der)


def load(context: ssl.SSLContext, issued: Issued) -> None:
    """Give a context a chain and its key."""
    secret = issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(secret + "".join(map(pem, issued.chain)).encode())
        file.flush()
        context.load_cert_chain(file.name)


def context_of(role: Side, tls: str) -> ssl.SSLContext:
    """A context of one side that speaks one version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if role == "client" else ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = VERSIONS[tls]
    return context


@lru_cache(maxsize=KEPT_CONTEXTS)
def showing(issued: Issued, tls: str) -> ssl.SSLContext:
    """The context that shows the chain under judgement: it sends anything."""
    context = context_of(issued.role, tls)
    context.set_ciphers("ALL:@SECLEVEL=0")
    if issued.role == "client":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if issued.chain:
        load(context, issued)
    return context


@lru_cache(maxsize=KEPT_CONTEXTS)
def judging(role: Side, trusted: tuple[Certificate, ...], tls: str) -> ssl.SSLContext:
    """The context that judges the certificates of a role."""
    context = context_of("server" if role == "client" else "client", tls)
    if role == "client":
        context.verify_mode = ssl.CERT_REQUIRED
        load(context, good_server())
    context.load_verify_locations(cadata="".join(map(pem, trusted)))
    return context


def openssl_alert(
    issued: Issued, tls: str, tamper: tuple[bytes, bytes] | None = None, wanted: str = HOST
) -> str | None:
    """The alert with which OpenSSL refuses the chain; None where it accepts.

    Args:
        issued: the chain, its key, and whom the judging side trusts.
        tls: ``1.2`` or ``1.3``.
        tamper: bytes to replace on the wire, and by what.
        wanted: the server name that the client means to reach.
    """
    shows, judges = showing(issued, tls), judging(issued.role, issued.trusted, tls)
    client_context, server_context = (shows, judges) if issued.role == "client" else (judges, shows)
    pipes = {name: (ssl.MemoryBIO(), ssl.MemoryBIO()) for name in ("client", "server")}
    sides = {
        "client": client_context.wrap_bio(*pipes["client"], server_hostname=wanted),
        "server": server_context.wrap_bio(*pipes["server"], server_side=True),
    }
    ended: dict[str, str] = {}
    for _ in range(6):
        for name, other in (("client", "server"), ("server", "client")):
            if name not in ended:
                ended.update(_step(name, sides[name]))
            data = pipes[name][1].read()
            pipes[other][0].write(data.replace(*tamper) if tamper else data)
    told = "server" if issued.role == "client" else "client"
    listener = "client" if told == "server" else "server"
    if ended[listener] == "done":
        ended.update(_step(listener, sides[listener], read=True))
    alert = re.search(r"ALERT_(\w+)", ended[listener])
    return alert[1].lower() if alert else None


def _step(name: str, side: ssl.SSLObject, *, read: bool = False) -> dict[str, str]:
    """Let one side go on; how it ended, if it did."""
    try:
        if read:
            side.read(1)
        else:
            side.do_handshake()
    except ssl.SSLWantReadError:
        return {}
    except ssl.SSLError as error:
        return {name: str(error.reason)}
    return {name: "done"}
