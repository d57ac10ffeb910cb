"""A candidate path as the checks see it, their findings, and the words they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.reading.misencoding import Misencoding
    from simulator.tls.wire.version import TlsVersion
    from simulator.trust.path import NoPath
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.profile import Profile

_OUTCOMES = {True: CheckOutcome.PASS, False: CheckOutcome.FAIL}
KEPT_MOMENTS = 2048  # ledgers name the same times again and again: the catalogue 41, a fleet many more
# Read for people: revocation is not looked up here, and Netscape's extension is none of RFC 5280.
DECIDE_NOTHING = frozenset({"authorityInfoAccess", "cRLDistributionPoints", "netscapeCertType"})


class ProofRead(NamedTuple):
    """A proof that was read.

    Attributes:
        ok: the signature verifies under the key of the certificate.
        scheme: RFC name of the SignatureScheme.
        problem: why the signature does not verify, or empty.
    """

    ok: bool
    scheme: str
    problem: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One path under judgement, and what it is judged by.

    Attributes:
        path: leaf first, trusted certificate last; the leaf alone if no path was found, or the longest path
            that was tried if the profile judges while it searches; empty if no leaf can be read.
        policy: what is required.
        profile: the stack whose habits are followed.
        now: the moment of the decision.
        tls: the protocol version, which decides what the proof of possession signs.
        sent: the number of certificates in the Certificate message.
        problems: why a certificate cannot be read, or the field that is not encoded well enough for the
            profile, by the certificate's place in the message.
        tolerated: fields that are not encoded as prescribed, and that the profile does not mind.
        no_path: the end of the search that found no path, or None.
        proof: the proof of possession, if it was read first, or None.
    """

    path: tuple[Certificate, ...]
    policy: TrustPolicy
    profile: Profile
    now: datetime
    tls: TlsVersion
    sent: int
    problems: Mapping[int, str | Misencoding]
    tolerated: tuple[Misencoding, ...] = ()
    no_path: NoPath | None = None
    proof: ProofRead | None = None

    @property
    def leaf(self) -> Certificate:
        """The peer's own certificate."""
        return self.path[0]

    @property
    def last(self) -> int | None:
        """The depth of the trusted certificate, or None for an empty path."""
        return len(self.path) - 1 if self.path else None


class Finding(Struct, frozen=True, gc=False):
    """The answer of one check; the ledger adds the check's name and the certificate.

    Attributes:
        outcome: passed, failed or not evaluated.
        sentence: one plain sentence for learners.
        field: the field that was looked at.
        value: the content of that field.
        required: what the rule requires of it.
        reference: the rule, or None for the one in :class:`~simulator.trust.vocabulary.CheckName`.
        depth: the certificate that a check on the whole path ends with, or None.
        detail: further lines that show what the check worked out.
    """

    outcome: CheckOutcome
    sentence: str
    field: str
    value: str = ""
    required: str = ""
    reference: str | None = None
    depth: int | None = None
    detail: tuple[str, ...] = ()


def unacceptable_field(certificate: Certificate, profile: Profile) -> Misencoding | None:
    """The first field that is not encoded well enough for the profile, or None."""
    for one in certificate.misencoded:
        if profile.exacting:
            refused = one.field not in DECIDE_NOTHING or certificate.is_critical(one.field)
        elif profile.one_path:  # OpenSSL decodes the names at once, and extensions when it builds the path
            refused = one.field in ("subject", "issuer") and not one.decoded
        else:
            refused = not one.decoded and one.field not in DECIDE_NOTHING
        if refused:
            return one
    return None


def passed_if(holds: bool) -> CheckOutcome:
    """PASS if the rule holds, else FAIL."""
    return _OUTCOMES[holds]


def called(certificate: Certificate) -> str:
    """The certificate's name in a sentence: its common name, else its whole subject."""
    return certificate.common_name or certificate.subject or "the certificate without a subject"


def counted(number: int, noun: str) -> str:
    """A number of things to read aloud: ``no CA``, ``1 CA``, ``2 CAs``."""
    return f"{number or 'no'} {noun}{'s' if number > 1 else ''}"


@lru_cache(maxsize=KEPT_MOMENTS)
def moment(time: datetime) -> str:
    """A time in the ledger's form: ``2030-03-04 09:00:00 UTC``."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def listed(words: tuple[str, ...] | list[str]) -> str:
    """Words as a list to read aloud; ``none`` for an empty list."""
    return ", ".join(words) if words else "none"
