"""Readers of a trace for lessons: messages by sender, the client's certificate and proof, ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.lessons.page import Shown, Table
from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import verify
from simulator.tls.wire.messages import CertificateVerify, decode_handshake
from simulator.tls.wire.registry import signature_scheme_name
from simulator.trace.connections import connections_of
from simulator.trace.facts import Checked, Sent
from simulator.trace.latest import last_verdict
from simulator.views.story.message_bytes import chain_of, signed_by
from simulator.views.story.reading import version_of

if TYPE_CHECKING:
    from simulator.tls.wire.version import Version
    from simulator.trace.facts import Event
    from simulator.trace.setup import CertificateFacts
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check


def messages_of(trace: Trace, sender: str) -> list[tuple[Event, Sent]]:
    """The handshake messages that a side sent during the connection, in order."""
    sent = (pair for pair in trace.facts(Sent) if pair[0].actor == sender and pair[0].at >= 0)
    return [(event, message) for event, message in sent if message.protocol == "handshake"]


def names_of(trace: Trace, sender: str) -> tuple[str, ...]:
    """The names of the handshake messages that a side sent, in order."""
    return tuple(message.name for _, message in messages_of(trace, sender))


def client_certificate(trace: Trace) -> Sent | None:
    """The client's Certificate message, or None."""
    sent = (message for _, message in messages_of(trace, "client"))
    return next((message for message in sent if message.name == "Certificate"), None)


def client_chain(trace: Trace) -> tuple[bytes, ...]:
    """The certificates that the client sent, as DER, leaf first."""
    message = client_certificate(trace)
    return chain_of(message, version_of(trace)) if message else ()


def client_leaf(trace: Trace) -> CertificateFacts | None:
    """The contents of the client's own certificate, or None if it sent none."""
    held = next(map(trace.setup.described, client_chain(trace)), None)
    return held.facts if held else None


def checks_of(trace: Trace, judge: str) -> tuple[Check, ...]:
    """The lines of a side's last ledger, or none."""
    verdict = last_verdict(trace.events, judge)
    return verdict.checks if verdict else ()


def evidence(trace: Trace) -> str:
    """The sentence of the decisive check in the last connection; empty if no check failed there."""
    decisive = (checked.verdict.decisive for _, checked in connections_of(trace)[-1].facts(Checked))
    return next((check.sentence for check in decisive if check is not None), "")


@dataclass(frozen=True, repr=False)
class Proof(Shown):
    """A CertificateVerify, and all that is needed to check it (RFC 8446 §4.4.3, RFC 5246 §7.4.8).

    Attributes:
        certificate: the client's certificate, DER; its public key checks the signature.
        messages: the handshake messages that the signature covers, in order.
        content: the signed bytes; in TLS 1.3 they hold the hash of the messages.
        signature: the signature.
        scheme: the signature scheme's RFC name.
        code: the signature scheme's number.
        version: the version whose rules it follows.
    """

    certificate: bytes
    messages: tuple[bytes, ...]
    content: bytes
    signature: bytes
    scheme: str
    code: int
    version: Version

    def holds(self, *, content: bytes | None = None, certificate: bytes | None = None) -> bool:
        """Return True if the signature verifies.

        Args:
            content: other bytes in place of the signed ones.
            certificate: another certificate in place of the client's.
        """
        key = peer_public_key(self.certificate if certificate is None else certificate)
        signed = self.content if content is None else content
        return verify(key, self.code, signed, self.signature, self.version) is None

    @property
    def shown(self) -> tuple[Table]:
        """Its scheme and sizes, and the signature."""
        rows = [
            ("scheme", self.scheme),
            ("signed", f"{len(self.content)} bytes"),
            ("signature", f"{len(self.signature)} bytes: {self.signature.hex()}"),
        ]
        return (Table(rows),)


def proof_in(trace: Trace) -> Proof | None:
    """The client's proof of possession in a trace, or None."""
    version, chain = version_of(trace), client_chain(trace)
    sent = [one for one in messages_of(trace, "client") if one[1].name == "CertificateVerify"]
    if not sent or not chain:
        return None
    event, proof = sent[0]
    message, signed = decode_handshake(proof.raw, version), signed_by(trace, event, version)
    assert isinstance(message, CertificateVerify)
    assert signed is not None
    before = tuple(earlier.raw for _, earlier in signed.messages)
    scheme = signature_scheme_name(message.algorithm)
    return Proof(chain[0], before, signed.content, message.signature, scheme, message.algorithm, version)
