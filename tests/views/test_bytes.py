"""The bytes of a message are all there, and what CertificateVerify signs is what it really signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from simulator.errors import OutputError
from simulator.tls.wire.messages import Certificate12, Certificate13, CertificateVerify, decode_handshake
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert, Event, Sent
from simulator.views.drawing.display import Text
from simulator.views.pictures.bytes import bytes_text, message_bytes
from simulator.views.story.message_bytes import chosen_message, fields_of, hex_rows, signed_by
from tests.played import RUNS, for_each
from tests.views.geometry import faults
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

FORGED = {"stolen-certificate", "corrupted-proof"}  # scenarios in which the client's proof is false


def sendings(trace: Trace) -> list[Event]:
    """Everything that was sent over the connection."""
    events = [event for event in trace.of(Sent, Alert) if event.at >= 0]
    return [e for e in events if not (isinstance(e.fact, Alert) and e.fact.direction == "received")]


def version_of(trace: Trace) -> Version:
    """The version that was spoken."""
    return Version(trace.outcome.negotiated or trace.setup.tls)


def holds(key: object, scheme: int, signature: bytes, content: bytes) -> bool:
    """Return True if a signature verifies, by pyca/cryptography alone."""
    named = {4: hashes.SHA256(), 5: hashes.SHA384(), 6: hashes.SHA512()}
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, content)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(named[scheme >> 8]))
        elif isinstance(key, RSAPublicKey):
            digest = named[scheme >> 8] if scheme & 0xFF == 1 else named[scheme & 0xFF]
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
            key.verify(signature, content, padding.PKCS1v15() if scheme & 0xFF == 1 else pss, digest)
    except InvalidSignature:
        return False
    return True


@for_each("name, tls", RUNS)
def test_what_is_shown_as_signed_is_what_was_signed(name: str, tls: str) -> None:
    """The signature of every CertificateVerify verifies over the shown bytes, by another library."""
    trace = trace_of(name, tls)
    version = version_of(trace)
    for event in trace.of(Sent):
        signed = signed_by(trace, event, version)
        if signed is None or not isinstance(event.fact, Sent):
            continue
        proof = decode_handshake(event.fact.raw, version)
        assert isinstance(proof, CertificateVerify)
        own = [fact for e, fact in signed.messages if e.actor == event.actor]
        read = [decode_handshake(f.raw, version) for f in own if f.name == "Certificate"]
        chain = read[-1]
        assert isinstance(chain, Certificate12 | Certificate13)
        key = x509.load_der_x509_certificate(chain.chain[0]).public_key()
        algorithm = {0x0804: 4, 0x0805: 5, 0x0806: 6}.get(proof.algorithm, proof.algorithm)
        forged = name in FORGED and event.actor == "client"
        assert holds(key, algorithm, proof.signature, signed.content) is not forged


@for_each("name, tls", RUNS)
def test_every_message_has_its_proof_shown(name: str, tls: str) -> None:
    """Every CertificateVerify, and nothing else, comes with what it signs."""
    trace = trace_of(name, tls)
    shown = [e.seq for e in trace.of(Sent) if signed_by(trace, e, version_of(trace)) is not None]
    proofs = [
        e.seq for e in trace.of(Sent) if isinstance(e.fact, Sent) and e.fact.name == "CertificateVerify"
    ]
    assert proofs == shown


@for_each("name, tls", RUNS)
def test_the_fields_of_a_message_tile_it(name: str, tls: str) -> None:
    """Every byte of every message is in exactly one field, in order."""
    trace = trace_of(name, tls)
    for event in sendings(trace):
        raw = event.fact.raw if isinstance(event.fact, Sent | Alert) else b""
        leaves = [field for field in fields_of(event, version_of(trace)) if field.is_leaf]
        assert raw == b"".join(field.value for field in leaves)


@for_each("tls", ["1.2", "1.3"])
def test_every_message_can_be_shown_whole(tls: str) -> None:
    """At full detail the picture of each message has all of its bytes, and no text is cut."""
    trace = trace_of("chain-with-intermediate", tls)
    for event in sendings(trace):
        drawing = message_bytes(trace, detail="everything", message=str(event.seq))
        assert [] == faults(drawing)
        raw = event.fact.raw if isinstance(event.fact, Sent | Alert) else b""
        rows = [item.text for item in drawing.items if isinstance(item, Text) and item.style == "hex"]
        assert raw == bytes.fromhex("".join(rows))[: len(raw)]


@for_each("kind", HOSTILE)
def test_hostile_messages_are_shown(kind: str) -> None:
    """Messages with any name and meaning are drawn without a text leaving its place."""
    trace = hostile_trace(kind)
    for event in sendings(trace):
        assert [] == faults(message_bytes(trace, message=str(event.seq)))


def test_a_message_is_chosen_by_name_occurrence_or_event() -> None:
    """A name means the first of that name, a number after a colon another one, a number alone the event."""
    trace = trace_of("valid-certificate", "1.3")
    named = [e.seq for e in sendings(trace) if isinstance(e.fact, Sent) and e.fact.name == "Certificate"]
    assert 2 == len(named)
    assert named[0] == chosen_message(trace, "Certificate").seq
    assert named[0] == chosen_message(trace, "certificate:1").seq
    assert named[1] == chosen_message(trace, "Certificate:2").seq
    assert named[1] == chosen_message(trace, str(named[1])).seq
    default = chosen_message(trace)
    assert isinstance(default.fact, Sent)
    assert ("client", "CertificateVerify") == (default.actor, default.fact.name)


@for_each("which", ["Nope", "Certificate:3", "Certificate:0", "Certificate:x", "0", "999999", ":"])
def test_a_message_that_nobody_sent_is_told_with_those_that_were(which: str) -> None:
    """Asking for what was not sent is an error that names what was."""
    with pytest.raises(OutputError, match="ClientHello, ServerHello"):
        chosen_message(trace_of("valid-certificate", "1.3"), which)


def test_left_out_bytes_are_counted() -> None:
    """A field of 498 bytes is shown with three rows, and says that 450 more are left out."""
    text = bytes_text(trace_of("valid-certificate", "1.3"), message="Certificate:2")
    assert "… and 405 more bytes" in text
    assert 32 == len(list(hex_rows(bytes(498), 99)))


def test_after_a_retry_the_first_hello_counts_as_its_hash() -> None:
    """A HelloRetryRequest puts message_hash in the place of the first ClientHello (RFC 8446 §4.4.1)."""
    trace = trace_of("hello-retry", "1.3")
    signed = signed_by(trace, chosen_message(trace), Version.TLS13)
    assert signed is not None
    assert signed.retried
    assert "After a HelloRetryRequest the first ClientHello counts as its hash alone." in " ".join(
        bytes_text(trace).split()
    )
