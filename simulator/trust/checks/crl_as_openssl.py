"""Revocation lists as OpenSSL 3.0 reads them (x509_vfy.c: ``get_crl_sk``, ``check_crl``, ``cert_crl``).

It takes one list for a certificate, the one with the highest score, and of several with that score the
newest. Only then does it look whether the list may be relied on, and whether the certificate is in it: so a
list that has expired decides before what it lists. Without ``X509_V_FLAG_EXTENDED_CRL_SUPPORT``, which no
program sets that was measured, it passes over indirect lists and over those for some reasons; a delta alone
it takes for a complete list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import called
from simulator.trust.checks.crl_words import (
    good,
    no_list,
    not_a_signer,
    not_signed_by,
    not_understood,
    out_of_date,
    revoked,
    unusable,
)
from simulator.trust.path import names_another_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import IssuingDistributionPoint, RevocationList
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.checks.revocation_status import RevocationStatus

# CRL_SCORE_NOCRITICAL, _SCOPE, _TIME: the higher bit outweighs all that are lower.
NOTHING_CRITICAL, IN_SCOPE, IN_TIME = 0x100, 0x080, 0x040


def status_as_openssl(candidate: Candidate, depth: int) -> RevocationStatus:
    """The status of the certificate at a depth; a trusted root answers for itself."""
    path, lists = candidate.path, candidate.policy.revocation.crls
    certificate, now = path[depth], candidate.now.replace(microsecond=0)
    above = path[depth + 1 :] or path[-1:]
    chosen: tuple[int, RevocationList, Certificate] | None = None
    for crl in lists:
        issuer = _issuer_of(crl, certificate, above)
        if issuer is None or (crl.scope is not None and _needs_extended_support(crl.scope)):
            continue
        score = _score(crl, certificate, now)
        if chosen is None or (score, crl.this_update) > (chosen[0], chosen[1].this_update):
            chosen = score, crl, issuer
    if chosen is None:
        return no_list(certificate, len(lists))
    _, crl, issuer = chosen
    if (problem := _problem_of(crl, certificate, issuer, now)) is not None:
        return problem
    entry = crl.entry_for(certificate)
    if entry is not None and entry.reason != "removeFromCRL":
        return revoked(certificate, crl, entry)
    # The scope of a delta was not asked about; one with another scope covers no reason (``current_reasons``).
    if _out_of_scope(crl.scope, certificate) is not None:
        return no_list(certificate, len(lists))
    return good(certificate, crl)


def _issuer_of(
    crl: RevocationList, certificate: Certificate, above: Sequence[Certificate]
) -> Certificate | None:
    """The certificate of the path that may have issued the list, or None: the list is passed over."""
    if not crl.issuer_name.same_as(certificate.issuer_name):
        return None
    direct, *further = above
    namesakes = [one for one in further if one.subject_name.same_as(crl.issuer_name)]
    return next((one for one in (direct, *namesakes) if not names_another_key(crl.key_identifier, one)), None)


def _needs_extended_support(scope: IssuingDistributionPoint) -> bool:
    return scope.indirect or scope.only_reasons is not None


def _score(crl: RevocationList, certificate: Certificate, now: datetime) -> int:
    return (
        (NOTHING_CRITICAL if not crl.not_understood else 0)
        | (IN_SCOPE if _out_of_scope(crl.scope, certificate) is None else 0)
        | (IN_TIME if out_of_date(crl, now, includes_end=False) is None else 0)
    )


def _out_of_scope(scope: IssuingDistributionPoint | None, certificate: Certificate) -> str | None:
    """The certificates that the list covers, if this one is not among them; else None."""
    if scope is None:
        return None
    if scope.only_attributes:
        return "attribute certificates"
    if certificate.is_ca and scope.only_users:
        return "certificates of users"
    return "certificates of CAs" if not certificate.is_ca and scope.only_authorities else None


def _problem_of(
    crl: RevocationList, certificate: Certificate, issuer: Certificate, now: datetime
) -> RevocationStatus | None:
    """The first reason not to rely on the chosen list, in OpenSSL's order, or None."""
    if crl.base_number is None:
        if (no_right := not_a_signer(crl, issuer, "RFC 5280 §4.2.1.3")) is not None:
            return no_right
        if (only := _out_of_scope(crl.scope, certificate)) is not None:
            problem = f"it lists {only} alone, and {called(certificate)} is none"
            field, required = "issuingDistributionPoint", "a list for it"
            return unusable(crl, problem, field, f"{only} alone", required, "RFC 5280 §5.2.5")
    return (
        out_of_date(crl, now, includes_end=False)
        or not_signed_by(crl, issuer)
        or not_understood(crl, crl.not_understood)
    )
