"""A message that is looked at byte by byte: its fields, and the bytes that a CertificateVerify signs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import OutputError, unknown_name
from simulator.tls.wire.annotate import annotate_handshake
from simulator.tls.wire.codec import Field
from simulator.tls.wire.messages import Certificate12, Certificate13, CertificateVerify, ServerHello
from simulator.tls.wire.registry import cipher_suite_name, signature_scheme_name
from simulator.tls.wire.transcript import Transcript, certificate_verify_content
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert, Sent
from simulator.views.story.reading import message_in, sendings
from simulator.views.story.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

PER_ROW = 16
LEFT_OUT = "…"  # begins the row that counts the bytes left out
CIPHER_CHANGE = {
    Version.TLS12: "the next records are protected with the new keys",
    Version.TLS13: "means nothing in TLS 1.3; sent so that old devices on the way are not confused",
}
SPACES = 64  # before the context string (RFC 8446, section 4.4.3)


@dataclass(frozen=True, slots=True)
class Signed:
    """The bytes that the signature in a CertificateVerify covers.

    Attributes:
        signer: ``client`` or ``server``.
        messages: the handshake messages before it, each with its event, in order.
        hash_name: the hash, as ``hashlib`` calls it; empty for a TLS 1.2 scheme without one of its own.
        digest: Transcript-Hash in TLS 1.3, the hash of the messages in TLS 1.2.
        content: the bytes that are given to the signature algorithm, which hashes them once more in TLS 1.3.
        retried: the transcript has the hash of the first ClientHello in its place (RFC 8446, section 4.4.1).
    """

    signer: str
    messages: tuple[tuple[Event, Sent], ...]
    hash_name: str
    digest: bytes
    content: bytes
    retried: bool


def chosen_message(trace: Trace, which: str = "") -> Event:
    """The sending of the message that is asked for.

    Args:
        trace: the run.
        which: a name (``Certificate``), a name with the number of its occurrence from 1 (``Certificate:2``),
            or the ``seq`` of the sending (``47``). Without it: the last CertificateVerify, else the
            CertificateRequest, else the first message.

    Raises:
        OutputError: the run has no such message.
    """
    sent = [(event, fact.name) for event, fact in sendings(trace) if event.at >= 0]
    if which.isdecimal():
        found = [event for event, _ in sent if event.seq == int(which)]
    elif which:
        wanted, _, number = which.partition(":")
        named = [event for event, name in sent if name.lower() == wanted.lower()]
        place = int(number) - 1 if number.isdecimal() else -1 if number else 0
        found = named[place : place + 1] if place >= 0 else []
    else:
        last = {name: event for event, name in sent}
        found = [last[name] for name in ("CertificateVerify", "CertificateRequest") if name in last]
        found += [event for event, _ in sent[:1]]
    if found:
        return found[0]
    names = dict.fromkeys(clean(name) for _, name in sent)
    expected = "" if names else "a run in which a message is sent"
    otherwise = "NAME:2 is the second message of a name, a number the event's seq."
    raise unknown_name(OutputError, "message", which, names, expected=expected, otherwise=otherwise)


def fields_of(event: Event, version: Version) -> tuple[Field, ...]:
    """The fields of a message in order; the leaves tile its bytes."""
    fact = event.fact
    if not isinstance(fact, Sent | Alert):
        return ()
    if fact.protocol == "handshake":
        return annotate_handshake(fact.raw, version)
    if isinstance(fact, Alert) and len(fact.raw) == 2:
        whole = Field("Alert", 0, 2, fact.raw, "", 0, is_leaf=False)
        level = Field("level", 0, 1, fact.raw[:1], f"{fact.level} ({fact.raw[0]})", 1, is_leaf=True)
        code = Field("description", 1, 1, fact.raw[1:], f"{fact.name} ({fact.code})", 1, is_leaf=True)
        return (whole, level, code)
    meaning = CIPHER_CHANGE[version] if fact.protocol == "change_cipher_spec" else _plain_meaning(fact.raw)
    return (Field(fact.name, 0, len(fact.raw), fact.raw, meaning, 0, is_leaf=True),) if fact.raw else ()


def _plain_meaning(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return f"as text: {text}" if text.isprintable() or text.strip().isprintable() else ""


def chain_of(fact: Sent | Alert, version: Version) -> tuple[bytes, ...]:
    """The certificates in a message, as DER; empty if it carries none or cannot be decoded."""
    if fact.name != "Certificate":
        return ()
    if fact.protocol == "enrolment":
        return (fact.raw,)
    message = message_in(fact.raw, version)
    return message.chain if isinstance(message, Certificate12 | Certificate13) else ()


def signed_by(trace: Trace, event: Event, version: Version) -> Signed | None:
    """The bytes that a CertificateVerify of this run signs, or None for any other message.

    Source: RFC 8446 section 4.4.3, RFC 5246 section 7.4.8.
    """
    fact = event.fact
    if not isinstance(fact, Sent) or fact.name != "CertificateVerify":
        return None
    message = message_in(fact.raw, version)
    if not isinstance(message, CertificateVerify):
        return None
    sent = (pair for pair in trace.facts(Sent) if pair[1].protocol == "handshake")
    before = tuple((other, earlier) for other, earlier in sent if other.seq < event.seq)
    if version is Version.TLS13:
        return _signed_13(event.actor, before)
    raw = b"".join(earlier.raw for _, earlier in before)
    scheme = signature_scheme_name(message.algorithm).rpartition("_")[2]
    hash_name = scheme if scheme in hashlib.algorithms_guaranteed else ""
    digest = hashlib.new(hash_name, raw).digest() if hash_name else b""
    return Signed(event.actor, before, hash_name, digest, raw, retried=False)


def _signed_13(signer: str, before: tuple[tuple[Event, Sent], ...]) -> Signed | None:
    transcript, retried = Transcript(), False
    for _, fact in before:
        message = message_in(fact.raw, Version.TLS13)
        if message is None:
            return None
        if isinstance(message, ServerHello) and not transcript.hash_name:
            name = cipher_suite_name(message.cipher_suite).rpartition("_")[2].lower()
            if name not in hashlib.algorithms_guaranteed:
                return None
            transcript.choose_hash(name)
            retried = message.is_hello_retry_request
            if retried:
                transcript.replace_first_hello()
        transcript.add(fact.raw)
    if not transcript.hash_name:
        return None
    digest = transcript.digest()
    content = certificate_verify_content(digest, signer)
    return Signed(signer, before, transcript.hash_name, digest, content, retried)


def hex_rows(data: bytes, most: int) -> Iterator[str]:
    """Sixteen bytes to a row, with a gap in the middle; after ``most`` rows the number of bytes left out."""
    for start in range(0, min(len(data), most * PER_ROW), PER_ROW):
        row = data[start : start + PER_ROW]
        halves = (row[: PER_ROW // 2].hex(" "), row[PER_ROW // 2 :].hex(" "))
        yield "  ".join(filter(None, halves))
    if len(data) > most * PER_ROW:
        yield f"{LEFT_OUT} and {plural(len(data) - most * PER_ROW, 'more byte')}"
