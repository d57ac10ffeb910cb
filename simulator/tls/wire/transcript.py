"""The transcript: every handshake message in order, and its hash at any moment.

The hash is chosen with the cipher suite, after the first messages were already said. A TLS 1.2
CertificateVerify signs the messages themselves, so they are kept.
"""

from __future__ import annotations

import hashlib

from simulator.errors import SimulatorError

MESSAGE_HASH_TYPE = 254


class Transcript:
    """The handshake messages of one connection as both sides saw them."""

    def __init__(self) -> None:
        self.raw_messages: list[bytes] = []
        self.hash_name = ""

    def add(self, raw: bytes) -> None:
        """Append a whole message with its header."""
        self.raw_messages.append(raw)
        if self.hash_name:
            self.running.update(raw)

    def choose_hash(self, hash_name: str) -> None:
        """Choose the hash, once the cipher suite is known; messages said before are included."""
        self.hash_name = hash_name
        self.running = hashlib.new(hash_name, b"".join(self.raw_messages))

    def digest(self) -> bytes:
        """Transcript-Hash of the messages so far.

        Raises:
            SimulatorError: no hash was chosen yet.
        """
        if not self.hash_name:
            raise SimulatorError(
                "The transcript has no hash yet.",
                got=f"{len(self.raw_messages)} messages and no hash",
                expected="the hash of the cipher suite",
                advice="Call choose_hash first.",
            )
        return self.running.copy().digest()

    @property
    def messages(self) -> bytes:
        """All messages so far, one behind the other."""
        return b"".join(self.raw_messages)

    def replace_first_hello(self) -> None:
        """Put the hash of the first ClientHello in its place, before a HelloRetryRequest is added.

        Source: RFC 8446 section 4.4.1; it lets a server forget the first ClientHello.

        Raises:
            SimulatorError: no hash was chosen yet.
        """
        digest = self.digest()
        self.raw_messages = [bytes((MESSAGE_HASH_TYPE, 0, 0, len(digest))) + digest]
        self.choose_hash(self.hash_name)


def certificate_verify_content(transcript_hash: bytes, signer: str) -> bytes:
    """Put together the bytes that a TLS 1.3 CertificateVerify signs (RFC 8446 section 4.4.3).

    Args:
        transcript_hash: of everything before the CertificateVerify.
        signer: ``client`` or ``server``.
    """
    return b" " * 64 + f"TLS 1.3, {signer} CertificateVerify".encode("ascii") + b"\x00" + transcript_hash
