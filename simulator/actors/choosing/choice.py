"""The certificate that a client would send, and why it passes over the others.

A pure function of what the client holds, how it is set up, and what the server asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.pki.certificate import Certificate
from simulator.pki.reading.names import read_name
from simulator.trace.choosing.certificate_sought import CertificateSought, Considered
from simulator.trust.profiles import profile_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.pki.distinguished_name import RelativeNames
    from simulator.scenario import ClientSetup
    from simulator.tls.config import Credential

NONE_HELD = "The client holds no certificate, so it goes on without one."
CANNOT_SIGN = (
    "The server accepts no signature that the client's key can make, "
    "so the client goes on without its certificate."
)
WITHHELD = "The client is set up to keep its certificate to itself."
NONE_SUITS = "No certificate of the client has the usages that it is set up to look for."
NONE_NAMED = "None of the authorities that the server named has issued the client's certificate."
LOCKED = " The administrator has locked this: the user cannot choose otherwise."
NOT_LOOKED_AT = "not looked at: one before it fits"
MOST_LISTED = 4  # certificates in a sentence; the fact has all


@dataclass(frozen=True, slots=True)
class CertificateChoice:
    """The answer of a client that is asked for a certificate.

    Attributes:
        sends: it sends a certificate.
        may_send: it holds one whose key can sign, so that a person may decide to send it.
        credential: the certificate that it sends, or that a person may have it send; None for none.
        reason: why, in one sentence.
        sought: its look through its certificates, or None if no setting says how it looks.
    """

    sends: bool
    may_send: bool
    credential: Credential | None
    reason: str
    sought: CertificateSought | None


def choose(
    setup: ClientSetup,
    held: Sequence[Credential],
    hints: tuple[bytes, ...],
    can_sign: Callable[[Credential], bool],
    asked: int = 0,
) -> CertificateChoice:
    """Choose a certificate, or none.

    Args:
        setup: the client's settings.
        held: the certificates that it has, in the order of its store.
        hints: the authorities that the server named, DER names.
        can_sign: whether the server accepts a signature of that key.
        asked: how often the client has asked its user since it was started.
    """
    faults = [_fault(setup, one, place, hints, can_sign) for place, one in enumerate(held)]
    usable = [one for one in held if can_sign(one)]
    fitting = [one for one, fault in zip(held, faults, strict=True) if not fault]
    sends, credential = False, next(iter([*fitting, *usable]), None)
    if not held:
        reason = NONE_HELD
    elif not usable:
        reason = CANNOT_SIGN
    elif setup.withholds:
        reason = WITHHELD
    elif not fitting:
        reason = NONE_NAMED if _suits(setup, usable) else NONE_SUITS
    else:
        sends, reason = True, _reason_to_send(fitting[0], hints, several=len(held) > 1)
    locked = LOCKED if setup.locked else ""
    sought = _sought(setup, held, faults, fitting[0] if sends else None, asked)
    return CertificateChoice(sends, bool(usable), credential, reason + locked, sought)


def _fault(
    setup: ClientSetup,
    credential: Credential,
    place: int,
    hints: tuple[bytes, ...],
    can_sign: Callable[[Credential], bool],
) -> str:
    """The reason why a certificate is not taken, as the end of a sentence, or empty."""
    if setup.picks == "named" and place:
        return "the client is set to send another one by name"
    if not can_sign(credential):
        return "the server accepts no signature that its key can make"
    if fault := _unsuited(setup, credential):
        return fault
    if (obeys_ca_list(setup) or setup.picks == "any-trusted") and not named_by(hints, credential):
        return "no authority that the server named has issued it"
    return ""


def _unsuited(setup: ClientSetup, credential: Credential) -> str:
    """The usage that a certificate lacks, in words; without the extension it lacks none (RFC 5280)."""
    leaf = Certificate.parse(credential.chain[0])
    for words, wanted, found in (
        ("key usage", setup.wanted_key_usage, leaf.key_usage),
        ("extended key usage", setup.wanted_extended_key_usage, leaf.extended_key_usage),
    ):
        missing = [one for one in wanted if found is not None and one not in found]
        if missing:
            return f"its {words} lacks {', '.join(missing)}"
    return ""


def _suits(setup: ClientSetup, credentials: Sequence[Credential]) -> bool:
    return any(not _unsuited(setup, one) for one in credentials)


def _reason_to_send(credential: Credential, hints: tuple[bytes, ...], *, several: bool) -> str:
    """The reason for sending this certificate."""
    name = Certificate.parse(credential.chain[0]).subject
    if not named_by(hints, credential):
        return f"The server named other authorities, but the client sends the certificate for {name}."
    if hints and several:
        return f"The server named authorities, and the first that fits is the certificate for {name}."
    return f"The server asked for a certificate, and the client holds one for {name}."


def _sought(
    setup: ClientSetup,
    held: Sequence[Credential],
    faults: Sequence[str],
    taken: Credential | None,
    asked: int,
) -> CertificateSought | None:
    """The look through the certificates as a fact, or None if no setting says how the client looks."""
    if setup.picks is None and setup.prompts is None and not setup.filters and not setup.locked:
        return None
    considered = []
    for credential, fault in zip(held, faults, strict=True):
        leaf = Certificate.parse(credential.chain[0])
        why = "" if credential is taken else fault or NOT_LOOKED_AT
        if taken is None and not fault:
            why = "the client is set up to send none"
        considered.append(Considered(leaf.subject, leaf.issuer, why))
    prompted = _prompts(setup, asked) and not setup.withholds and bool(held)
    chosen = None if taken is None else Certificate.parse(taken.chain[0]).subject
    count = asked + prompted
    reason = f"{_listed(considered)} {_prompt_words(setup, prompted=prompted, asked=asked)}".strip()
    return CertificateSought(chosen, tuple(considered), prompted, count, reason)


def _listed(considered: Sequence[Considered]) -> str:
    """The certificates and what became of each, in sentences."""
    if not considered:
        return "The client has no certificate to look at."
    told = [f"{one.subject}: {one.passed_over or 'taken'}" for one in considered[:MOST_LISTED]]
    more = f"; and {len(considered) - MOST_LISTED} more" if len(considered) > MOST_LISTED else ""
    return f"The client looks through its certificates. {'; '.join(told)}{more}."


def _prompts(setup: ClientSetup, asked: int) -> bool:
    """Return True if the client asks its user now."""
    return setup.prompts == "each-connection" or (setup.prompts == "first-connection" and not asked)


def _prompt_words(setup: ClientSetup, *, prompted: bool, asked: int) -> str:
    """A sentence that says if the user is asked, and why; empty without such a setting."""
    if prompted:
        often = f"time {asked + 1}" if asked else "for the first time"
        return f"The client asks its user, {often} since it was started."
    if setup.withholds:
        return "The user is not asked: the server is told that there is no certificate."
    if setup.prompts == "first-connection" and asked:
        return "The user is not asked again: the answer of the first time counts."
    return "The user is not asked." if setup.prompts else ""


def obeys_ca_list(setup: ClientSetup) -> bool:
    """Return True if a client obeys the server's list of authorities: by its setting, else by its profile."""
    own = setup.obeys_ca_list
    return profile_named(setup.profile).obeys_ca_hints if own is None else own


def named_by(hints: tuple[bytes, ...], credential: Credential) -> bool:
    """Return True if a chain comes from a named authority, or none was named (RFC 8446 §4.2.4).

    Names are compared as names (RFC 5280 §7.1), as OpenSSL and Java do.
    """
    if not hints:
        return True
    issuers = {Certificate.parse(der).issuer_name.folded for der in credential.chain}
    return any(_folded_hint(hint) in issuers for hint in hints)


def _folded_hint(hint: bytes) -> RelativeNames | None:
    """The name in a server's list as it is compared, or None for bytes that are no name."""
    try:
        return read_name(hint).folded
    except ValueError:
        return None
