"""OpenSSL, as Python's ``ssl`` brings it, on memory BIOs: real handshakes whose bytes and keys are kept."""

from __future__ import annotations

import contextlib
import datetime
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

KEY_KINDS = ("P-256", "P-384", "RSA", "Ed25519")


@dataclass(frozen=True, slots=True)
class Identity:
    """A self-signed certificate and its key; the other side trusts it by name."""

    certificate: x509.Certificate
    private_key: Any

    @property
    def pem(self) -> bytes:
        """Key and certificate as ``load_cert_chain`` reads them."""
        key = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return bytes(key + self.certificate.public_bytes(Encoding.PEM))


@cache
def identity(kind: str, name: str) -> Identity:
    """An identity with a key of that kind. OpenSSL judges at the machine's clock, so it is dated by it."""
    make: dict[str, Any] = {
        "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "RSA": lambda: rsa.generate_private_key(65537, 2048),
        "brainpool": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
        "Ed25519": Ed25519PrivateKey.generate,
    }
    key = make[kind]()
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {kind}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None if kind == "Ed25519" else hashes.SHA256())
    )
    return Identity(certificate, key)


def context(
    side: str, version: ssl.TLSVersion, own: Identity | None, trusted: Identity | None, folder: Path
) -> Any:
    """A context of one version; a trusted identity makes the peer's certificate required."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if side == "client" else ssl.PROTOCOL_TLS_SERVER)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE if trusted is None else ssl.CERT_REQUIRED
    made.minimum_version = made.maximum_version = version
    if own is not None:
        file = folder / f"{side}.pem"
        file.write_bytes(own.pem)
        made.load_cert_chain(file)
    if trusted is not None:
        made.load_verify_locations(cadata=trusted.certificate.public_bytes(Encoding.DER))
    return made


@dataclass(slots=True)
class OpensslSide:
    """One OpenSSL endpoint and everything it sent."""

    context: ssl.SSLContext
    is_server: bool
    sent: bytes = b""
    incoming: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    outgoing: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    tls: ssl.SSLObject = field(init=False)

    def __post_init__(self) -> None:
        host = None if self.is_server else "server.example"
        self.tls = self.context.wrap_bio(self.incoming, self.outgoing, self.is_server, host)

    def step(self, received: bytes = b"") -> bytes:
        """Give it bytes, let it go on as far as it can, take what it sends."""
        self.incoming.write(received)
        with contextlib.suppress(ssl.SSLWantReadError):  # it waits for the other side
            self.tls.do_handshake()
        sent = self.outgoing.read()
        self.sent += sent
        return sent


@dataclass(frozen=True, slots=True)
class Recording:
    """A handshake and a line of data each way, as the wire saw them, with the key log."""

    client_bytes: bytes
    server_bytes: bytes
    key_log: dict[str, bytes]


def record_handshake(
    client_context: ssl.SSLContext, server_context: ssl.SSLContext, folder: Path
) -> Recording:
    """Let two OpenSSL sides talk, and keep all bytes and secrets."""
    key_log = folder / "keys.log"
    client_context.keylog_filename = str(key_log)
    client, server = OpensslSide(client_context, is_server=False), OpensslSide(server_context, is_server=True)
    to_server = client.step()
    while to_server:
        to_server = client.step(server.step(to_server))
    for sender, receiver, text in ((server, client, b"welcome"), (client, server, b"hello")):
        sender.tls.write(text)
        data = sender.outgoing.read()
        sender.sent += data
        receiver.incoming.write(data)
        assert receiver.tls.read(100) == text
    lines = [line.split() for line in key_log.read_text().splitlines() if not line.startswith("#")]
    return Recording(client.sent, server.sent, {label: bytes.fromhex(secret) for label, _, secret in lines})
