"""Revocation lists as RFC 5280, section 6.3, reads them: every list that covers a certificate is combined.

A certificate has a point of distribution for each place where it says that its lists are, and one for its own
issuer. The lists of a point cover some reasons or all. The certificate is good once all reasons are covered;
until then its status is undetermined. A delta is used wherever it fits a complete list that is at hand.

A list that cannot be relied on is passed over. If no other answers, the first such list is the reason that
there is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.pki.crl.distribution_points import DistributionPoint, distribution_points
from simulator.pki.crl.reasons import ALL_REASONS
from simulator.trust.checks.candidate import called
from simulator.trust.checks.crl_words import (
    good,
    no_list,
    not_a_signer,
    not_every_reason,
    not_signed_by,
    not_understood,
    out_of_date,
    revoked,
    unusable,
)
from simulator.trust.path import names_another_key

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.checks.revocation_status import RevocationStatus

# Understood here, though OpenSSL does not go by them where they are critical: section 5.2 asks for no more.
UNDERSTOOD_TOO = frozenset({"cRLNumber", "reasonCode"})


@dataclass(slots=True)
class _Search:
    """The search for the status of one certificate.

    Attributes:
        covered: the reasons that the lists so far cover.
        last: the last list that was relied on, or None.
        problem: the first problem of a list that covers the certificate, or None.
    """

    candidate: Candidate
    depth: int
    covered: frozenset[str] = frozenset()
    last: RevocationList | None = None
    problem: RevocationStatus | None = None

    @property
    def certificate(self) -> Certificate:
        return self.candidate.path[self.depth]

    @property
    def now(self) -> datetime:
        return self.candidate.now.replace(microsecond=0)

    def status(self) -> RevocationStatus:
        """Go through points and lists until a list has the certificate or all reasons are covered."""
        lists = self.candidate.policy.revocation.crls
        for point in (*distribution_points(self.certificate), DistributionPoint()):
            for crl in lists:
                if crl.base_number is None and self._is_of_point(crl, point):
                    found = self._read(crl, point)
                    if found is not None:
                        return found
        if self.last is not None and self.covered >= ALL_REASONS:
            return good(self.certificate, self.last)
        if self.problem is not None:
            return self.problem
        if self.last is not None:
            return not_every_reason(self.certificate, ALL_REASONS - self.covered)
        return no_list(self.certificate, len(lists))

    def _is_of_point(self, crl: RevocationList, point: DistributionPoint) -> bool:
        """Steps (b) and (d): the list is of this point, and covers this certificate."""
        scope = crl.scope
        if point.issuers:
            if not crl.is_indirect or not any(crl.issuer_name.same_as(name) for name in point.issuers):
                return False
        elif not crl.issuer_name.same_as(self.certificate.issuer_name):
            return False
        if scope is None:
            return True
        if scope.uris and point.uris and not set(scope.uris) & set(point.uris):
            return False
        is_ca = self.certificate.is_ca
        return not (
            scope.only_attributes or (scope.only_users and is_ca) or (scope.only_authorities and not is_ca)
        )

    def _read(self, crl: RevocationList, point: DistributionPoint) -> RevocationStatus | None:
        """Steps (c) to (l): read a list, with its delta; the status if the certificate is in it."""
        reasons = point.reasons & (
            crl.scope.only_reasons if crl.scope and crl.scope.only_reasons is not None else ALL_REASONS
        )
        if reasons <= self.covered:
            return None
        problem = self._problem_of(crl)
        if problem is not None:
            self.problem = self.problem or problem
            return None
        delta = self._delta_for(crl)
        entry = delta.entry_for(self.certificate) if delta is not None else None
        where = delta if delta is not None and entry is not None else crl
        entry = entry or crl.entry_for(self.certificate)
        if entry is not None and entry.reason != "removeFromCRL":
            return revoked(self.certificate, where, entry)
        self.covered, self.last = self.covered | reasons, where
        return None

    def _delta_for(self, crl: RevocationList) -> RevocationList | None:
        """The newest delta that adds to a complete list (step c) and can be relied on, or None."""
        fitting = [
            one
            for one in self.candidate.policy.revocation.crls
            if one.base_number is not None
            and one.issuer_name.same_as(crl.issuer_name)
            and one.scope == crl.scope
            and one.key_identifier == crl.key_identifier
            and one.base_number <= (crl.number or 0) < (one.number or 0)
            and self._problem_of(one) is None
        ]
        return max(fitting, key=lambda one: one.number or 0, default=None)

    def _problem_of(self, crl: RevocationList) -> RevocationStatus | None:
        """The reason not to rely on a list: its dates, its critical extensions, its issuer, its signature."""
        duties = self.candidate.profile.list_duties
        strange = [one for one in crl.not_understood if duties or one not in UNDERSTOOD_TOO]
        problem = out_of_date(crl, self.now, includes_end=True) or not_understood(crl, strange)
        problem = problem or (_neglected_duty(crl) if duties else None)
        if problem is not None:
            return problem
        issuers = [one for one in self._issuers_of(crl) if not names_another_key(crl.key_identifier, one)]
        if not issuers:
            why = f"no certificate of the key that signed it leads to {called(self.candidate.path[-1])}"
            value, required = crl.issuer_name.text, "a certificate of the list's issuer"
            return unusable(crl, why, "CRL issuer", value, required, "RFC 5280 §6.3.3 (f)")
        return not_a_signer(crl, issuers[0], "RFC 5280 §6.3.3 (f)") or not_signed_by(crl, issuers[0])

    def _issuers_of(self, crl: RevocationList) -> list[Certificate]:
        """The certificates of the list's issuer: in the path, or at hand and issued by one of the path.

        Section 6.3.3 (f) has the path of the list's issuer end at the same trust anchor.
        """
        path, policy = self.candidate.path, self.candidate.policy
        above = [one for one in path[1:] if one.subject_name.same_as(crl.issuer_name)]
        at_hand = [
            one
            for one in (*policy.held, *policy.store)
            if one.subject_name.same_as(crl.issuer_name) and one not in above
            for issuer in path[1:]
            if one.issuer_name.same_as(issuer.subject_name) and one.signature_problem(issuer) is None
            if _is_valid(one, self.now)
        ]
        return [*above, *at_hand]


def status_as_rfc5280(candidate: Candidate, depth: int) -> RevocationStatus:
    """The status of the certificate at a depth."""
    return _Search(candidate, depth).status()


def _is_valid(certificate: Certificate, now: datetime) -> bool:
    start, end = certificate.not_before, certificate.not_after
    return start is not None and end is not None and start <= now <= end


def _neglected_duty(crl: RevocationList) -> RevocationStatus | None:
    """The first field that a list lacks, though every conforming CA writes it, or None."""
    duties = (
        ("nextUpdate", crl.next_update, "RFC 5280 §5.1.2.5"),
        ("authorityKeyIdentifier", crl.key_identifier, "RFC 5280 §5.2.1"),
        ("cRLNumber", crl.number, "RFC 5280 §5.2.3"),
    )
    for field, value, reference in duties:
        if value is None:
            problem = f"it lacks {field}, which every conforming CA writes"
            return unusable(crl, problem, field, "absent", "present", reference)
    return None
