"""The words that a scenario is written in: names of profiles, checks and alerts, and spans of time.

The names come from the value tables of the rooms that act on them. These tables need no cryptography, so
neither does reading a scenario.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.pki.crl.reasons import REASON_FLAGS, REVOCATION_REASONS
from simulator.pki.key_types import KEY_USAGES, SIGNATURE_HASHES
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from simulator.tls.wire.registry import (
    FURTHER_GROUPS,
    FURTHER_SIGNATURE_SCHEMES,
    SPOKEN_GROUPS,
    SPOKEN_SIGNATURE_SCHEMES,
    group_name,
    signature_scheme_name,
)
from simulator.trust.profiles import PROFILES
from simulator.trust.vocabulary import QUESTIONS, CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECK_NAMES = tuple(QUESTIONS)
POLICY_PROFILES = tuple(
    name for name, profile in PROFILES.items() if CheckName.CERTIFICATE_POLICIES in profile.checks
)
# Those that end a connection: no run is expected to end with a warning.
ALERT_NAMES = tuple(alert.rfc_name for alert in AlertDescription if alert not in WARNINGS)
GROUPS = tuple(map(group_name, (*SPOKEN_GROUPS, *FURTHER_GROUPS)))
_SCHEMES = (*SPOKEN_SIGNATURE_SCHEMES, *FURTHER_SIGNATURE_SCHEMES)
SIGNATURE_SCHEMES = tuple(map(signature_scheme_name, _SCHEMES))

# TOML has no null. Each of these settings has a word for it, which says what is meant there.
_NONE: Mapping[str, tuple[str, ...] | None] = {"none": None}
_DEFAULT: Mapping[str, tuple[str, ...] | None] = {"default": None}
_NEVER: Mapping[str, tuple[str, ...] | None] = {"never": None}
_ABSENT: Mapping[str, tuple[str, ...] | None] = {"absent": None}
_USAGE: Mapping[str, tuple[str, ...] | None] = {"default": None, "absent": ()}
SPECIAL_WORDS: Mapping[str, Mapping[str, tuple[str, ...] | None]] = {
    **dict.fromkeys(
        ("sends", "picks", "prompts", "obeys_ca_list", "groups", "signature_schemes", "signature_hash"),
        _DEFAULT,
    ),
    **dict.fromkeys(("certificate", "key_of", "path_length", "minimum_level"), _NONE),
    **dict.fromkeys(("decisive_check", "alert"), _NONE),
    **dict.fromkeys(("require_explicit_policy", "inhibit_policy_mapping", "inhibit_any_policy"), _NONE),
    **dict.fromkeys(("key_usage", "extended_key_usage"), _USAGE),
    "dns_names": {"absent": None},
    **dict.fromkeys(("preset", "party", "fetches", "writes_header", "believes_header", "forges"), _NONE),
    "accepted_policies": {"any": None},
    "passticket_applications": {"any": None},
    "express_logon": _NONE,
    **dict.fromkeys(("revoked", "released"), _NEVER),
    **dict.fromkeys(("next_update", "number"), _ABSENT),
    "lists": {"register": None},
    "status": {"register": None},
    "address": _DEFAULT,
    "signed_by": {"issuer": None},
    "delta_of": _NONE,
    "crl_issuer": {"issuer": None},
    "authorized_users": {"not-asked": None},
    "loaded_users": {"current": None},
}

# Settings whose type is text or a list of texts, and the names that they may hold.
LISTED_WORDS: Mapping[str, tuple[str, ...]] = {
    "profile": tuple(PROFILES),
    "decisive_check": CHECK_NAMES,
    "alert": ALERT_NAMES,
    "signature_hash": SIGNATURE_HASHES,
    "groups": GROUPS,
    "signature_schemes": SIGNATURE_SCHEMES,
    **dict.fromkeys(("key_usage", "wanted_key_usage"), tuple(KEY_USAGES)),
    "revocation_reason": tuple(REVOCATION_REASONS),
    "reason": tuple(REVOCATION_REASONS),
    "only_reasons": REASON_FLAGS[1:],
}

_UNIT_SECONDS = {"y": 365 * 86_400, "w": 7 * 86_400, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
DURATION = r"[+-]?([0-9]{1,9}[ywdhms])+"  # nine digits: all that a date can be moved by
DURATION_ADVICE = "a span such as -30d, 335d, -1h, 10y or 1d12h (y has 365 days; w, d, h, m, s)"


def read_duration(text: str) -> timedelta:
    """A span of time as scenario files write it: ``-30d``, ``1d12h``, ``10y``.

    Args:
        text: an optional sign, then numbers with the units y (365 days), w, d, h, m (minutes), s.

    Raises:
        ValueError: the text is no such span, or one of more than 2.7 million years.
    """
    text = text.strip()
    if re.fullmatch(DURATION, text) is None:
        raise ValueError(f"{text!r} is not {DURATION_ADVICE}")
    spans = re.findall(r"([0-9]+)([ywdhms])", text)
    seconds = sum(int(number) * _UNIT_SECONDS[unit] for number, unit in spans)
    try:
        return timedelta(seconds=-seconds if text.startswith("-") else seconds)
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
