"""The key schedule of TLS 1.2: one master secret, and everything from it through the PRF.

Source: RFC 5246 sections 5, 6.3, 7.4.9 and 8.1; RFC 7627 for the extended master secret.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.tls.wire.registry import CipherSuite

MASTER_SECRET_LENGTH = 48
VERIFY_DATA_LENGTH = 12


@dataclass(frozen=True, slots=True)
class KeyBlock:
    """The keys of a connection, each direction its own; AEAD suites have no MAC keys."""

    client_write_key: bytes
    server_write_key: bytes
    client_write_iv: bytes
    server_write_iv: bytes


def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """The pseudorandom function (RFC 5246 section 5)."""
    seed = label + seed
    output = b""
    chain = seed
    while len(output) < length:
        chain = hmac.digest(secret, chain, hash_name)
        output += hmac.digest(secret, chain + seed, hash_name)
    return output[:length]


def master_secret(hash_name: str, premaster: bytes, client_random: bytes, server_random: bytes) -> bytes:
    """The master secret, bound to the two randoms (RFC 5246 section 8.1)."""
    return prf(hash_name, premaster, b"master secret", client_random + server_random, MASTER_SECRET_LENGTH)


def extended_master_secret(hash_name: str, premaster: bytes, session_hash: bytes) -> bytes:
    """The master secret, bound to the handshake (RFC 7627 section 4).

    Args:
        hash_name: the hash of the cipher suite.
        premaster: what the key exchange gave.
        session_hash: hash of ClientHello to ClientKeyExchange.
    """
    return prf(hash_name, premaster, b"extended master secret", session_hash, MASTER_SECRET_LENGTH)


def key_block(suite: CipherSuite, master: bytes, client_random: bytes, server_random: bytes) -> KeyBlock:
    """The keys of a connection (RFC 5246 section 6.3); note that the server's random comes first here."""
    key, iv = suite.key_length, suite.iv_length
    block = prf(suite.hash_name, master, b"key expansion", server_random + client_random, 2 * (key + iv))
    return KeyBlock(
        client_write_key=block[:key],
        server_write_key=block[key : 2 * key],
        client_write_iv=block[2 * key : 2 * key + iv],
        server_write_iv=block[2 * key + iv :],
    )


def verify_data(hash_name: str, master: bytes, sender: str, transcript_hash: bytes) -> bytes:
    """The verify_data of a Finished (RFC 5246 section 7.4.9).

    Args:
        hash_name: the hash of the cipher suite.
        master: the master secret.
        sender: ``client`` or ``server``.
        transcript_hash: of everything before this Finished.
    """
    return prf(hash_name, master, f"{sender} finished".encode("ascii"), transcript_hash, VERIFY_DATA_LENGTH)
