"""The words that a scenario is written in: names of profiles, checks and alerts, and spans of time.

The lists are plain words so that reading a scenario needs none of the rooms that act on them; tests hold
them against the rooms that do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import nearest_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROFILES = ("openssl", "rfc5280")
GROUPS = ("x25519", "secp256r1", "secp384r1")
SIGNATURE_SCHEMES = (
    "ecdsa_secp256r1_sha256",
    "ed25519",
    "ecdsa_secp384r1_sha384",
    "rsa_pss_rsae_sha256",
    "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512",
    "rsa_pkcs1_sha256",
    "rsa_pkcs1_sha384",
    "rsa_pkcs1_sha512",
)
SIGNATURE_HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")
CHECK_NAMES = (
    "certificate-presented",
    "readable",
    "key-strength",
    "directly-trusted",
    "trust-anchor",
    "chain-depth",
    "critical-extensions",
    "basic-constraints",
    "key-usage",
    "extended-key-usage",
    "path-length",
    "signature-algorithm",
    "server-name",
    "revocation",
    "signature",
    "validity",
    "name-constraints",
    "proof-of-possession",
    "version",
    "serial-number",
    "distinguished-names",
    "subject-alternative-name",
    "authority-key-identifier",
    "subject-key-identifier",
    "extension-rules",
    "certificate-policies",
)
ALERT_NAMES = (
    "unexpected_message",
    "bad_record_mac",
    "record_overflow",
    "handshake_failure",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "illegal_parameter",
    "unknown_ca",
    "access_denied",
    "decode_error",
    "decrypt_error",
    "protocol_version",
    "insufficient_security",
    "internal_error",
    "inappropriate_fallback",
    "missing_extension",
    "unsupported_extension",
    "unrecognized_name",
    "bad_certificate_status_response",
    "unknown_psk_identity",
    "certificate_required",
    "no_application_protocol",
)

# TOML has no word for nothing. These keys have one, and it says what nothing means there.
_NONE: Mapping[str, tuple[str, ...] | None] = MappingProxyType({"none": None})
_DEFAULT: Mapping[str, tuple[str, ...] | None] = MappingProxyType({"default": None})
_USAGE: Mapping[str, tuple[str, ...] | None] = MappingProxyType({"default": None, "absent": ()})
SPECIAL_WORDS: Mapping[str, Mapping[str, tuple[str, ...] | None]] = MappingProxyType(
    {
        "certificate": _NONE,
        "sends": _DEFAULT,
        "obeys_ca_list": _DEFAULT,
        "groups": _DEFAULT,
        "signature_schemes": _DEFAULT,
        "signature_hash": _DEFAULT,
        "key_of": _NONE,
        "dns_names": MappingProxyType({"absent": None}),
        "key_usage": _USAGE,
        "extended_key_usage": _USAGE,
        "path_length": _NONE,
        "revoked": MappingProxyType({"never": None}),
        "authorized_users": MappingProxyType({"not-asked": None}),
        "minimum_level": _NONE,
        "decisive_check": _NONE,
        "alert": _NONE,
    }
)

# Settings that are plain text in the scenario, because the lists belong to rooms that it does not know.
LISTED_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "profile": PROFILES,
        "decisive_check": CHECK_NAMES,
        "alert": ALERT_NAMES,
        "signature_hash": SIGNATURE_HASHES,
    }
)

_UNIT_SECONDS = {"y": 365 * 86_400, "w": 7 * 86_400, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?P<sign>[+-]?)(?P<spans>([0-9]{1,9}[ywdhms])+)", re.ASCII)
DURATION_ADVICE = "a span such as -30d, 335d, -1h, 10y or 1d12h (y has 365 days; w, d, h, m, s)"


def read_duration(text: str) -> timedelta:
    """A span of time as scenario files write it: ``-30d``, ``1d12h``, ``10y``.

    Args:
        text: an optional sign, then numbers with the units y (365 days), w, d, h, m (minutes), s.

    Raises:
        ValueError: the text is no such span, or one of more than 2.7 million years.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not {DURATION_ADVICE}")
    spans = re.findall(r"([0-9]+)([ywdhms])", match["spans"])
    seconds = sum(int(number) * _UNIT_SECONDS[unit] for number, unit in spans)
    try:
        return timedelta(seconds=-seconds if match["sign"] == "-" else seconds)
    except OverflowError as error:
        raise ValueError(f"{text!r} is longer than time can be counted here") from error


def write_duration(span: timedelta) -> str:
    """The span as :func:`read_duration` reads it, in whole days, hours, minutes and seconds."""
    seconds = abs(span) // timedelta(seconds=1)
    text = ""
    for unit in "dhms":
        count, seconds = divmod(seconds, _UNIT_SECONDS[unit])
        text += f"{count}{unit}" if count else ""
    return ("-" if span < timedelta() else "") + (text or "0s")


def write_time(moment: datetime) -> str:
    """A moment in UTC as TOML and ISO 8601 write it: ``2030-03-04T09:00:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def nearest_word(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that a user who wrote ``word`` most likely meant, or None."""
    return next(iter(nearest_names(word, allowed, 1)), None)
