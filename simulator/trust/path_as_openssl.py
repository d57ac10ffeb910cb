"""The path that OpenSSL builds: ``build_chain`` of its x509_vfy.c with the flags that CPython sets.

At every step it looks into the trust store first, then among the certificates that were sent. Of several
issuers it takes the first that is valid now, and never goes back. Once the path has entered the trust store,
certificates that were sent no longer count. Only a certificate that looks self-signed ends it.

So it refuses some chains for which another path would do: of a CA's two certificates that were sent, it may
take the one that leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.pki.key_types import EXTENSION_OIDS
from simulator.pki.reading.misencoding import Misencoding
from simulator.trust.path import (
    MAX_INTERMEDIATES,
    NOT_SEARCHED,
    DeadEnd,
    NoPath,
    Path,
    by_name,
    looks_self_signed,
    may_have_issued,
    without_issuer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.pki.certificate import Certificate
    from simulator.trust.policy import TrustPolicy

PROXY_INFORMATION = "1.3.6.1.5.5.7.1.14"  # of a proxy certificate (RFC 3820), which a user issues

# The extensions that OpenSSL decodes before it considers a certificate: all but policies and access to CAs.
MUST_DECODE = frozenset(EXTENSION_OIDS) - {
    *("certificatePolicies", "policyMappings", "policyConstraints", "inhibitAnyPolicy"),
    "authorityInfoAccess",
}

# For a date that cannot be decoded: such a certificate is never valid.
FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class OpensslPath:
    """The search for the one path.

    Attributes:
        leaf: the certificate it starts from.
        presented: the certificates that came with the leaf.
        policy: the trust store and the intermediates that are held. OpenSSL has one store for both.
        now: issuers that are valid at this moment are preferred.
        no_path: the end of the search, if there is no path.
    """

    leaf: Certificate
    presented: tuple[Certificate, ...]
    policy: TrustPolicy
    now: datetime
    no_path: NoPath = NOT_SEARCHED

    def paths(self) -> Iterator[Path]:
        """Offer the path, or nothing."""
        path, in_store = [self.leaf], False
        store, sent = by_name((*self.policy.store, *self.policy.held)), by_name(self.presented)
        max_depth = self.policy.max_depth
        longest = 1 + (MAX_INTERMEDIATES if max_depth is None else max_depth)
        while len(path) <= longest:
            top = path[-1]
            name = top.issuer_name.folded
            issuer = self._issuer(top, store.get(name, ()))
            if looks_self_signed(top):
                if issuer == top:  # the store has this very certificate, not one that only looks like it
                    yield tuple(path)
                    return
                break
            if issuer is not None:
                in_store = True
            elif not in_store:
                issuer = self._issuer(top, (one for one in sent.get(name, ()) if one not in path))
            if issuer is None:
                break
            path.append(issuer)
            if in_store and looks_self_signed(issuer):
                yield tuple(path)
                return
        self.no_path = self._dead_end(path, longest, in_store=in_store)

    def _issuer(self, certificate: Certificate, among: Iterable[Certificate]) -> Certificate | None:
        """The first possible issuer that is valid now, else the one that expires last, or None."""
        best: Certificate | None = None
        for one in among:
            if may_have_issued(one, certificate) and not fault_of(one) and not fault_of(certificate):
                start, end = one.not_before or LAST_MOMENT, one.not_after or FIRST_MOMENT
                # OpenSSL calls a certificate expired at the very second of its notAfter.
                if start <= self.now < end:
                    return one
                if best is None or end > (best.not_after or FIRST_MOMENT):
                    best = one
        return best

    def _dead_end(self, path: list[Certificate], longest: int, *, in_store: bool) -> NoPath:
        """The reason why a path ends without a trusted root: OpenSSL's errors 22, 18 and 19, 2, and 20."""
        top, whole = path[-1], tuple(path)
        if len(path) > longest:
            return NoPath(DeadEnd.TOO_LONG, whole)
        if looks_self_signed(top) and not fault_of(top):
            return NoPath(DeadEnd.SELF_SIGNED, whole)
        if in_store:
            return NoPath(DeadEnd.NOT_A_ROOT, whole, self._issuer(top, self.presented))
        for one in (top, *self.policy.store, *self.presented):
            if fault_of(one) and (one is top or may_have_issued(one, top)):
                return NoPath(DeadEnd.UNUSABLE, whole, one)
        return without_issuer(whole, (*self.policy.store, *self.presented, *self.policy.held))


def fault_of(certificate: Certificate) -> Misencoding | None:
    """The reason why OpenSSL takes a certificate into no path (its flag ``EXFLAG_INVALID``), or None."""
    for one in certificate.misencoded:
        if not one.decoded and one.field in MUST_DECODE:
            return one
    if not certificate.has_extension(PROXY_INFORMATION):
        return None
    field, reference = "proxyCertInfo", "RFC 3820 §3"
    if certificate.is_ca:
        return Misencoding(field, "says that it is a proxy, and it is a CA", reference, decoded=True)
    if certificate.has_extension("subjectAltName"):
        problem = "says that it is a proxy, and it has alternative names of its own"
        return Misencoding(field, problem, "RFC 3820 §3.5", decoded=True)
    return None
