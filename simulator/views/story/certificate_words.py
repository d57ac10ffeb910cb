"""A certificate in words, from the facts in the setup of its trace."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from simulator.views.story.words import clean, common_name, size

if TYPE_CHECKING:
    from simulator.trace.facts import Setup
    from simulator.trace.setup import CertificateFacts, HeldCertificate

UNREADABLE = "unreadable certificate"


def certificate_title(held: HeldCertificate) -> str:
    """The common name of its subject."""
    if held.facts is None:
        return UNREADABLE
    return common_name(clean(held.facts.subject)) or "no name"


def certificate_words(setup: Setup, der: bytes) -> dict[str, Any]:
    """A certificate as plain values in words.

    Bytes that the setup does not describe, as those of a live peer, are not read: that takes a crypto
    library.

    Returns:
        ``title``: the common name. ``facts``: (label, text) pairs. ``extensions``: (name, critical, text).
        ``fingerprint``: SHA-256 of the DER, hexadecimal.
    """
    held, fingerprint = setup.described(der), hashlib.sha256(der).hexdigest()
    known = held.facts if held else None
    problem = held.problem if held else "It is not described in this trace."
    facts = [("Problem", problem), ("Size", size(len(der)))]
    if known:
        facts = [*_facts(known), ("SHA-256", fingerprint)]
    extensions = known.extensions if known else ()
    return {
        "title": certificate_title(held) if held else "unknown certificate",
        "facts": [[label, clean(text)] for label, text in facts],
        "extensions": [[clean(one.name), one.critical, clean(one.text)] for one in extensions],
        "fingerprint": fingerprint,
    }


def _facts(facts: CertificateFacts) -> list[tuple[str, str]]:
    itself = " (itself: the certificate is self-signed)" if facts.self_signed else ""
    return [
        ("Subject", facts.subject or "nobody is named"),
        ("Issuer", f"{facts.issuer}{itself}" or "nobody is named"),
        ("Not before", _moment(facts.not_before)),
        ("Not after", _moment(facts.not_after)),
        ("Public key", facts.key_type),
        ("Signed with", facts.signature_algorithm),
        ("Serial number", facts.serial_number),
        ("Version", str(facts.version)),
    ]


def _moment(moment: str) -> str:
    """An ISO 8601 time as people write it."""
    return moment.replace("T", " ").replace("Z", " UTC")
