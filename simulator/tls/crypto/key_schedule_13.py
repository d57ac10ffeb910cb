"""The key schedule of TLS 1.3: one secret after another, each bound to the handshake so far.

``hmac.digest`` does all the work: HKDF-Extract is one HMAC, and no key here is longer than a hash, so
HKDF-Expand is one HMAC too. Source: RFC 8446 section 7, RFC 5869.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.tls.wire.registry import CipherSuite


def hkdf_extract(hash_name: str, salt: bytes, input_key_material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 section 2.2)."""
    return hmac.digest(salt, input_key_material, hash_name)


def hkdf_expand_label(hash_name: str, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1).

    Args:
        hash_name: as ``hashlib`` calls it.
        secret: what is expanded.
        label: without the ``tls13`` in front.
        context: a transcript hash, or empty.
        length: bytes wanted.
    """
    info = label_prefix(label, len(context), length) + context
    block = output = hmac.digest(secret, info + b"\x01", hash_name)
    counter = 2
    while len(output) < length:
        block = hmac.digest(secret, block + info + bytes((counter,)), hash_name)
        output += block
        counter += 1
    return output[:length]


@cache
def label_prefix(label: str, context_length: int, length: int) -> bytes:
    """An HkdfLabel up to its context; there is one for each use of a secret."""
    full_label = b"tls13 " + label.encode("ascii")
    return length.to_bytes(2) + bytes((len(full_label),)) + full_label + bytes((context_length,))


@cache
def early_secrets(hash_name: str) -> tuple[bytes, bytes, bytes]:
    """The beginning of every handshake without a pre-shared key: hash of nothing, Early Secret, next salt."""
    zeros, empty_hash = bytes(hashlib.new(hash_name).digest_size), hashlib.new(hash_name).digest()
    early_secret = hkdf_extract(hash_name, zeros, zeros)
    salt = hkdf_expand_label(hash_name, early_secret, "derived", empty_hash, len(zeros))
    return empty_hash, early_secret, salt


def traffic_keys(secret: bytes, suite: CipherSuite) -> tuple[bytes, bytes]:
    """The key and IV of a traffic secret (RFC 8446 section 7.3)."""
    return (
        hkdf_expand_label(suite.hash_name, secret, "key", b"", suite.key_length),
        hkdf_expand_label(suite.hash_name, secret, "iv", b"", suite.iv_length),
    )


class KeySchedule13:
    """The secrets of one connection, in the order in which they come to be.

    Args:
        hash_name: the hash of the cipher suite, as ``hashlib`` calls it.

    Attributes:
        early_secret: known before anything is agreed; there are no pre-shared keys here.
        handshake_secret: after :meth:`handshake`.
        client_handshake_traffic_secret, server_handshake_traffic_secret: protect the rest of the handshake.
        master_secret: after :meth:`master`.
        client_application_traffic_secret, server_application_traffic_secret: protect the session.
        exporter_master_secret: for protocols inside that want keys of their own.
        resumption_master_secret: after :meth:`resumption`; what tickets stand for.
    """

    def __init__(self, hash_name: str) -> None:
        self.hash_name = hash_name
        self.empty_hash, self.early_secret, self.salt = early_secrets(hash_name)
        self.zeros = bytes(len(self.empty_hash))
        self.handshake_secret = b""
        self.client_handshake_traffic_secret = b""
        self.server_handshake_traffic_secret = b""
        self.master_secret = b""
        self.client_application_traffic_secret = b""
        self.server_application_traffic_secret = b""
        self.exporter_master_secret = b""
        self.resumption_master_secret = b""

    def derive_secret(self, secret: bytes, label: str, transcript_hash: bytes) -> bytes:
        """Derive-Secret (RFC 8446 section 7.1), given the hash of the messages."""
        return hkdf_expand_label(self.hash_name, secret, label, transcript_hash, len(self.zeros))

    def handshake(self, shared_secret: bytes, transcript_hash: bytes) -> None:
        """Mix in the key exchange.

        Args:
            shared_secret: what the key exchange gave.
            transcript_hash: of ClientHello to ServerHello.
        """
        self.handshake_secret = hkdf_extract(self.hash_name, self.salt, shared_secret)
        derive = self.derive_secret
        self.client_handshake_traffic_secret = derive(self.handshake_secret, "c hs traffic", transcript_hash)
        self.server_handshake_traffic_secret = derive(self.handshake_secret, "s hs traffic", transcript_hash)

    def master(self, transcript_hash: bytes) -> None:
        """Go on to the secrets of the session, fixed before the client has said who it is.

        Args:
            transcript_hash: of ClientHello to the server's Finished.
        """
        salt = self.derive_secret(self.handshake_secret, "derived", self.empty_hash)
        self.master_secret = hkdf_extract(self.hash_name, salt, self.zeros)
        derive = self.derive_secret
        self.client_application_traffic_secret = derive(self.master_secret, "c ap traffic", transcript_hash)
        self.server_application_traffic_secret = derive(self.master_secret, "s ap traffic", transcript_hash)
        self.exporter_master_secret = derive(self.master_secret, "exp master", transcript_hash)

    def resumption(self, transcript_hash: bytes) -> None:
        """Add the secret of the tickets.

        Args:
            transcript_hash: of ClientHello to the client's Finished.
        """
        self.resumption_master_secret = self.derive_secret(self.master_secret, "res master", transcript_hash)

    def finished_mac(self, base_secret: bytes, transcript_hash: bytes) -> bytes:
        """The verify_data of a Finished (RFC 8446 section 4.4.4).

        Args:
            base_secret: the sender's handshake traffic secret.
            transcript_hash: of everything before this Finished.
        """
        finished_key = hkdf_expand_label(self.hash_name, base_secret, "finished", b"", len(self.zeros))
        return hmac.digest(finished_key, transcript_hash, self.hash_name)

    def next_traffic_secret(self, secret: bytes) -> bytes:
        """The application traffic secret after a KeyUpdate (RFC 8446 section 7.2)."""
        return self.derive_secret(secret, "traffic upd", b"")
