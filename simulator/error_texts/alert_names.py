"""Alerts in the words of programs: every spelling becomes ``alert certificate_expired``.

OpenSSL puts a prefix before the name, another in each release; it is no protocol version. What a program says
of an alert that it *sends* is no such spelling: Go's "local error".
"""

from __future__ import annotations

import re

from simulator.tls.wire.alerts import AlertDescription

# Go's words after "remote error: tls: ", where they are not the RFC's; crypto/tls/alert.go.
_OF_GO = {
    "expired certificate": "certificate_expired",
    "revoked certificate": "certificate_revoked",
    "unknown certificate": "certificate_unknown",
    "unknown certificate authority": "unknown_ca",
    "error decoding message": "decode_error",
    "error decrypting message": "decrypt_error",
    "protocol version not supported": "protocol_version",
    "insufficient security level": "insufficient_security",
    "handshake failure": "handshake_failure",
    "no renegotiation": "no_renegotiation",
    "unrecognized name": "unrecognized_name",
}
# NSS, and so Firefox, where the middle of SSL_ERROR_…_ALERT is not the RFC's name; sslerr.h.
_OF_NSS = {
    "bad_cert": "bad_certificate",
    "unsupported_cert": "unsupported_certificate",
    "revoked_cert": "certificate_revoked",
    "expired_cert": "certificate_expired",
    "rx_certificate_required": "certificate_required",
}
# Firefox's page has a sentence in place of the name; so has GnuTLS, but it adds the number.
_CODES = {alert.value: alert.rfc_name for alert in AlertDescription}
_NAMES = {re.sub("_", "", name): name for name in _CODES.values()}
_NAME = "|".join(name.replace("_", "[ _]?") for name in sorted(_CODES.values(), key=len, reverse=True))
_FIRST_OF_ALERTS = 1000  # OpenSSL's reason for a received alert is this number and the alert's

_GO = "|".join(sorted([*_OF_GO, _NAME], key=len, reverse=True))

_SPELLINGS = (
    re.compile(rf"(?<![a-z0-9])(?:sslv3|ssl[/_]tls|tlsv1|tlsv13|tls)[ _]alert[ _]({_NAME})\b"),
    re.compile(r"\btlsv1[ _](unrecognized[ _]name|unsupported[ _]extension)\b"),
    re.compile(rf"(?:\((?:{_NAME})\) )?(?:received )?fatal alert: ({_NAME})\b"),  # JSSE, rustls
    re.compile(r"\breceived alert \[(\d+)\](?:: [^.]*)?"),  # GnuTLS
    re.compile(r"\bssl alert number (\d+)\b"),
    re.compile(rf"(?<=remote error: )tls: ({_GO})\b"),
    re.compile(r"\bssl_error_(\w+)_alert\b"),
)
BARE = (-1, "_")  # how a text is spelt that is an alert's name and nothing else
_CODE = re.compile(r"\berror:([0-9a-f]{8}):")
ALERT = re.compile(r"[:_ ]*(?<![a-z])alert (\w+)")


def with_plain_alerts(line: str) -> str:
    """A line in small letters, with each alert that was received spelt once, in one way."""
    if line.strip() in _CODES.values():
        return f"alert {line.strip()}"
    code = _CODE.search(line)
    line = _CODE.sub("error:", line)
    for spelling in _SPELLINGS:
        line = spelling.sub(_plain, line)
    if code and not ALERT.search(line):  # a program without OpenSSL's words, as in "reason(1045)"
        name = _CODES.get((int(code[1], 16) & 0xFFF) - _FIRST_OF_ALERTS)
        line = f"{line} alert {name}" if name else line
    first: dict[str, str] = {}
    return ALERT.sub(lambda found: "" if found[1] in first else first.setdefault(found[1], found[0]), line)


def spellings_in(text: str) -> frozenset[tuple[int, str]]:
    """The ways in which a text spells the alerts that were received: none if it names none.

    A way is the rule that finds it, and what stands between the words of the name. OpenSSL's prefixes, which
    change with the version, are one way, and so is the bare name.
    """
    small = text.lower()
    ways = {
        (place, next((sign for sign in "_ " if sign in found[1]), ""))
        for place, spelling in enumerate(_SPELLINGS)
        for found in spelling.finditer(small)
    }
    return frozenset({BARE} if small.strip() in _CODES.values() else ways)


def has_bare_name(text: str) -> bool:
    """Return True if the name of an alert stands in a text as RFC 8446 writes it, whatever the case."""
    return any(name in text.lower() for name in _CODES.values())


def _plain(found: re.Match[str]) -> str:
    words = found[1]
    if words.isdecimal():
        name = _CODES.get(int(words))
    else:
        name = _OF_GO.get(words) or _OF_NSS.get(words) or _NAMES.get(re.sub("[ _]", "", words))
    return f"alert {name}" if name else found[0]


def alert_in(text: str) -> AlertDescription | None:
    """The first alert that a text in its normal form names, or None."""
    names = (found[1] for found in ALERT.finditer(text))
    return next((AlertDescription.from_name(name) for name in names if name in _CODES.values()), None)
