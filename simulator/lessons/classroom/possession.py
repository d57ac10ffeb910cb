"""The client's proof of possession, taken out of a run, so that anybody can check it by other means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.lessons.arguments import a_run
from simulator.lessons.page import Table, page
from simulator.lessons.traces import client_certificate, messages_of
from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import verify
from simulator.tls.wire.messages import CertificateVerify, decode_handshake
from simulator.tls.wire.registry import signature_scheme_name
from simulator.trace.facts import Sent
from simulator.views.player.messages import chain_of
from simulator.views.story.message_bytes import signed_by
from simulator.views.story.reading import version_of

if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation
    from simulator.runs.run import Run
    from simulator.tls.wire.version import Version
    from simulator.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Proof:
    """A CertificateVerify and what it stands on (RFC 8446 section 4.4.3, RFC 5246 section 7.4.8).

    Attributes:
        certificate: the client's certificate, DER; its public key checks the signature.
        messages: the handshake messages before it, in order: what the signature is about.
        content: the bytes that were signed; in TLS 1.3 made of the hash of the messages.
        signature: the signature.
        scheme: the signature scheme's RFC name; ``code`` its number.
        version: whose rules it follows.
    """

    certificate: bytes
    messages: tuple[bytes, ...]
    content: bytes
    signature: bytes
    scheme: str
    code: int
    version: Version

    def holds(self, *, content: bytes | None = None, certificate: bytes | None = None) -> bool:
        """Whether the signature verifies.

        Args:
            content: other bytes in place of those that were signed.
            certificate: another certificate in place of the client's.
        """
        key = peer_public_key(self.certificate if certificate is None else certificate)
        signed = self.content if content is None else content
        return verify(key, self.code, signed, self.signature, self.version) is None

    def __repr__(self) -> str:
        rows = [
            ("scheme", self.scheme),
            ("signed", f"{len(self.content)} bytes"),
            ("signature", f"{len(self.signature)} bytes: {self.signature.hex()}"),
        ]
        return page(Table(rows)).text


def proof_in(trace: Trace) -> Proof | None:
    """The client's proof in a trace; None where it sent none."""
    version, chain = version_of(trace), client_certificate(trace)
    for event in messages_of(trace, "client"):
        fact = event.fact
        if not isinstance(fact, Sent) or fact.name != "CertificateVerify" or chain is None:
            continue
        message, signed = decode_handshake(fact.raw, version), signed_by(trace, event, version)
        assert isinstance(message, CertificateVerify)
        assert signed is not None
        scheme = signature_scheme_name(message.algorithm)
        leaf = chain_of(chain, version)[0]
        before = tuple(other.fact.raw for other in signed.messages if isinstance(other.fact, Sent))
        return Proof(leaf, before, signed.content, message.signature, scheme, message.algorithm, version)
    return None


def proof(run: Run | Simulation) -> Proof:
    """The client's proof in a run.

    Raises:
        ArgumentError: it is no run.
        DecisionError: the simulation has not ended.
        SimulatorError: the client sent none.
    """
    found = proof_in(a_run(run).trace)
    if found is None:
        raise SimulatorError(
            "The client proved nothing in this run.",
            advice="It sends CertificateVerify only with a certificate, and a certificate only when asked.",
        )
    return found
