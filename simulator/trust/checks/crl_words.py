"""The statuses that a revocation list can give, in words: what both ways of reading lists say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import called, counted, listed, moment
from simulator.trust.checks.revocation_status import ENTRY, NO_LIST, RevocationStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList, RevokedEntry


def named(crl: RevocationList) -> str:
    """The list in a sentence: ``CRL number 2 of Client CA``."""
    number = "the CRL" if crl.number is None else f"CRL number {crl.number}"
    return f"{number} of {crl.issuer_name.common_name or crl.issuer_name.text}"


def good(certificate: Certificate, crl: RevocationList) -> RevocationStatus:
    """The certificate is not listed."""
    until = "" if crl.next_update is None else f", which holds until {moment(crl.next_update)}"
    why = f"{called(certificate)} is not revoked: it is not in {named(crl)}{until}."
    return RevocationStatus("good", why, ENTRY, named(crl), f"{len(crl.entries) or 'none'} listed")


def revoked(certificate: Certificate, crl: RevocationList, entry: RevokedEntry) -> RevocationStatus:
    """The certificate is listed."""
    given = "" if entry.reason == "unspecified" else f", with the reason {entry.reason}"
    since = f"{called(certificate)} was revoked on {moment(entry.date)}{given}"
    why = f"{since}: {named(crl)} has its serial number."
    reason = "" if entry.reason == "unspecified" else entry.reason
    return RevocationStatus("revoked", why, ENTRY, named(crl), reason=reason, since=entry.date)


def no_list(certificate: Certificate, held: int) -> RevocationStatus:
    """No list is about the certificate.

    Args:
        certificate: the certificate.
        held: the number of lists at hand.
    """
    none = "No revocation list at hand covers" if held else "There is no revocation list at hand for"
    why, required = f"{none} {called(certificate)}.", f"a list of {certificate.issuer}"
    return RevocationStatus("unknown", why, NO_LIST, "", counted(held, "list"), required)


def not_every_reason(certificate: Certificate, missing: Iterable[str]) -> RevocationStatus:
    """The lists at hand do not have the certificate, and leave reasons out for which it may be revoked."""
    reasons = listed(sorted(missing))
    why = f"No list at hand has {called(certificate)}, but none covers these reasons: {reasons}."
    return RevocationStatus(
        "unknown", why, NO_LIST, "", f"not covered: {reasons}", "every reason", "RFC 5280 §6.3.3 (e)"
    )


def unusable(
    crl: RevocationList, problem: str, field: str, value: str, required: str, reference: str
) -> RevocationStatus:
    """A list covers the certificate, and cannot be relied on."""
    whole = named(crl)
    why = f"{whole[0].upper()}{whole[1:]} cannot be relied on: {problem}."
    return RevocationStatus("unknown", why, field, whole, value, required, reference)


def not_a_signer(crl: RevocationList, issuer: Certificate, reference: str) -> RevocationStatus | None:
    """The status if the issuer's key usage does not allow it to sign lists, or None."""
    usages = issuer.key_usage
    if usages is None or "cRLSign" in usages:
        return None
    problem = f"the key of {called(issuer)} may not sign revocation lists"
    return unusable(crl, problem, "cRLSign", listed(sorted(usages)), "absent, or cRLSign", reference)


def not_signed_by(crl: RevocationList, issuer: Certificate) -> RevocationStatus | None:
    """The status if the issuer's key does not verify the list, or None."""
    wrong = crl.signature_problem(issuer)
    if wrong is None:
        return None
    problem = f"{called(issuer)} did not sign it: {wrong}"
    required = f"verifies with the key of {issuer.subject}"
    return unusable(crl, problem, "signatureValue", wrong, required, "RFC 5280 §6.3.3 (g)")


def not_understood(crl: RevocationList, extensions: Sequence[str]) -> RevocationStatus | None:
    """The status if these critical extensions are not understood, or None where there are none."""
    if not extensions:
        return None
    unknown = listed(list(extensions))
    problem = f"it has a critical extension that is not understood ({unknown})"
    return unusable(crl, problem, "crlExtensions", unknown, "no unknown critical extension", "RFC 5280 §5.2")


def out_of_date(crl: RevocationList, now: datetime, *, includes_end: bool) -> RevocationStatus | None:
    """The status that follows from the dates of a list, or None if it holds now.

    Args:
        crl: the list.
        now: the moment of the decision.
        includes_end: it still holds at the very moment of its nextUpdate (RFC 5280, section 6.3.3 a); for
            OpenSSL it does not.
    """
    if crl.this_update > now:
        problem = f"it holds only from {moment(crl.this_update)}, and now it is {moment(now)}"
        value, required = moment(crl.this_update), f"not later than {moment(now)}"
        return unusable(crl, problem, "thisUpdate", value, required, "RFC 5280 §5.1.2.4")
    until = crl.next_update
    if until is None or now < until or (includes_end and now == until):
        return None
    problem = f"the next one was due by {moment(until)}, and now it is {moment(now)}"
    return unusable(
        crl, problem, "nextUpdate", moment(until), f"later than {moment(now)}", "RFC 5280 §5.1.2.5"
    )
