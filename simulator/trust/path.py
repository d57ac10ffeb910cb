"""Path building: from the leaf through its issuers to a certificate that is trusted (RFC 4158).

:class:`PathSearch` walks upwards by names, trusted certificates first, and offers one complete path after
another; the judge takes the first that passes every check. The order in which certificates were presented
after the leaf does not matter (RFC 8446, section 4.4.2). Every step is counted, so a maze of certificates
ends in a refusal and never in a long wait. OpenSSL builds a single path: ``path_as_openssl.py``.

No search verifies a signature: a peer chooses the keys of what it presents, and an RSA key can be made
hundreds of times as slow as usual. The judge verifies a path from its trusted end downwards, so that each
signature is verified with a key that is trusted already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from simulator.pki.keys import PSS_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.extensions import AuthorityKeyIdentifier
    from simulator.trust.policy import TrustPolicy

# Issuers considered in one search. No search of the catalogue takes more than 6; a thousand cost a
# hundredth of a second.
MAX_STEPS = 1000
# Complete paths offered to the judge, each for at least one signature. Real cross-signing makes two to five.
# Go and rustls give up after 100 signatures, which has refused honest webs of cross-signed CAs.
MAX_PATHS = 40
# OpenSSL's default depth. RFC 5280 has no limit; rustls allows 6 intermediates.
MAX_INTERMEDIATES = 100

# A word in the name of a signature algorithm, and the kind of key that makes such signatures.
KEYS_OF_ALGORITHMS = (
    ("ecdsa", ec.EllipticCurvePublicKey),
    ("rsa", rsa.RSAPublicKey),
    ("ed25519", ed25519.Ed25519PublicKey),
    ("ed448", ed448.Ed448PublicKey),
)

Path = tuple["Certificate", ...]


class DeadEnd(Enum):
    """The reason why a search ended below a trusted certificate."""

    ISSUER_MISSING = "its issuer was neither sent nor held"
    NOT_AN_AUTHORITY = "its issuer is trusted for itself alone"
    MISFIT = "a certificate of its issuer's name is there, and does not fit"
    LOOP = "its issuer is in the path already"
    SELF_SIGNED = "it is self-signed and not trusted"
    NOT_A_ROOT = "it is trusted, but not self-signed, and its own issuer is not in the trust store"
    UNUSABLE = "a certificate contradicts itself or cannot be decoded, and is no part of any path"
    TOO_LONG = "the path has more certificates than are allowed"
    EXHAUSTED = "the search was given up"


class NoPath(NamedTuple):
    """The end of a search that found no path.

    Attributes:
        reason: why it ended.
        path: the longest path that it tried, leaf first.
        about: another certificate that the reason is about, or None: one that does not fit, one that was sent
            and is missing in the trust store, or one at fault itself.
    """

    reason: DeadEnd
    path: Path
    about: Certificate | None = None


NOT_SEARCHED = NoPath(DeadEnd.ISSUER_MISSING, ())


class Search(Protocol):
    """A search for paths. Iterate :meth:`paths`; afterwards ``no_path`` says how it ended."""

    @property
    def no_path(self) -> NoPath:
        """The end of a search that offered no path."""

    def paths(self) -> Iterator[Path]:
        """Offer complete paths, the preferred one first."""


@dataclass(slots=True)
class PathSearch:
    """A search that goes back and tries another issuer wherever it meets a dead end.

    Attributes:
        leaf: the certificate it starts from.
        presented: the certificates that came with the leaf.
        policy: the trusted certificates, and the intermediates that are held.
        now: issuers that are valid at this moment are preferred.
        steps: the work done so far.
        no_path: the dead end of the longest path.
    """

    leaf: Certificate
    presented: tuple[Certificate, ...]
    policy: TrustPolicy
    now: datetime
    steps: int = 0
    no_path: NoPath = NOT_SEARCHED
    named: dict[object, list[Certificate]] = field(init=False)
    anchors: frozenset[Certificate] = field(init=False)

    def __post_init__(self) -> None:
        trusted = self.policy.store.authorities
        self.anchors = frozenset(trusted)
        self.named = by_name((*trusted, *self.presented, *self.policy.held))

    def paths(self) -> Iterator[Path]:
        """Offer complete paths, the preferred one first, at most :data:`MAX_PATHS` of them."""
        return islice(self._complete_paths(), MAX_PATHS)

    def _complete_paths(self) -> Iterator[Path]:
        """Every path that ends at a trusted certificate, depth first."""
        waiting: list[Path] = [(self.leaf,)]
        while waiting:
            path = waiting.pop()
            if self.steps > MAX_STEPS:
                self.no_path = NoPath(DeadEnd.EXHAUSTED, path)
                return
            top = path[-1]
            # An anchor is no part of the path it ends (RFC 5280, section 6.1), so a leaf needs one above it.
            if top in self.anchors and (top.self_issued or len(path) > 1):
                yield path
                if top.self_issued:
                    continue
            issuers = self._issuers(path)
            if len(path) > MAX_INTERMEDIATES and issuers:
                issuers = [issuer for issuer in issuers if issuer in self.anchors]
                if not issuers:
                    self.no_path = NoPath(DeadEnd.TOO_LONG, path)
            elif not issuers:
                self._note(path)
            waiting += [(*path, issuer) for issuer in reversed(issuers)]

    def _issuers(self, path: Path) -> list[Certificate]:
        """The certificates that may have issued the last one of ``path``, the likeliest first."""
        top = path[-1]
        used = {(certificate.subject_der, certificate.public_key_info) for certificate in path}
        found = [
            issuer
            for issuer in self.named.get(top.issuer_name.folded, ())
            if (issuer.subject_der, issuer.public_key_info) not in used
        ]
        self.steps += 1 + len(found)
        return sorted(found, key=lambda issuer: (not self._valid_now(issuer), contradicts(top, issuer)))

    def _valid_now(self, certificate: Certificate) -> bool:
        """Return True if the moment is within the certificate's dates."""
        now, start, end = self.now.replace(microsecond=0), certificate.not_before, certificate.not_after
        return start is not None and end is not None and start <= now <= end

    def _note(self, path: Path) -> None:
        """Remember a path that nothing continues, if it is the longest; a limit outweighs all others."""
        limited = self.no_path.reason in (DeadEnd.EXHAUSTED, DeadEnd.TOO_LONG)
        if limited or len(path) <= len(self.no_path.path):
            return
        known = (*self.policy.store, *self.presented, *self.policy.held)
        is_root = looks_self_signed(path[-1])
        self.no_path = NoPath(DeadEnd.SELF_SIGNED, path) if is_root else without_issuer(path, known)


def by_name(certificates: Iterable[Certificate]) -> dict[object, list[Certificate]]:
    """The certificates by subject, each once, in their order."""
    named: dict[object, list[Certificate]] = {}
    for certificate in dict.fromkeys(certificates):
        named.setdefault(certificate.subject_name.folded, []).append(certificate)
    return named


def without_issuer(path: Path, known: Iterable[Certificate]) -> NoPath:
    """The dead end below an issuer that cannot be used, or is not there.

    Args:
        path: it ends with the certificate whose issuer is sought.
        known: the certificates that are trusted, sent or held.
    """
    top = path[-1]
    named = [one for one in (*known, top) if one.subject_name.folded == top.issuer_name.folded]
    below = {(one.subject_der, one.public_key_info) for one in path[:-1]}
    if any((one.subject_der, one.public_key_info) in below for one in named):
        return NoPath(DeadEnd.LOOP, path)
    if any(may_have_issued(one, top) for one in named):
        return NoPath(DeadEnd.NOT_AN_AUTHORITY, path)
    return NoPath(DeadEnd.MISFIT, path, named[0]) if named else NoPath(DeadEnd.ISSUER_MISSING, path)


def looks_self_signed(certificate: Certificate) -> bool:
    """Return True if it names itself as its issuer and its own key is of the kind that signed it.

    OpenSSL's ``EXFLAG_SS``: the signature itself is not verified.
    """
    return may_have_issued(certificate, certificate)


def may_have_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Return True if names, key identifiers and the kind of key fit; the signature is not verified.

    OpenSSL's ``ossl_x509_likely_issued``.
    """
    if issuer.subject_name.folded != certificate.issuer_name.folded or contradicts(certificate, issuer):
        return False
    if certificate.signature_parameters is None or issuer.key_is_of_foreign_kind:
        return True  # nothing here can tell; the check of the signature says so
    algorithm = certificate.signature_algorithm.lower()
    if issuer.key_type_name.startswith(PSS_ONLY):
        return algorithm == "rsassa-pss"
    return any(isinstance(issuer.public_key, kind) and name in algorithm for name, kind in KEYS_OF_ALGORITHMS)


def contradicts(certificate: Certificate, issuer: Certificate) -> bool:
    """Return True if the certificate names another key or certificate than this issuer's."""
    return names_another_key(certificate.authority_key_identifier, issuer)


def names_another_key(wanted: AuthorityKeyIdentifier | None, issuer: Certificate) -> bool:
    """Return True if an authority key identifier names another key or certificate than this issuer's.

    It may name the issuer's certificate by that certificate's issuer and serial number (RFC 5280, section
    4.2.1.1). Of several names only the first directory name counts, as in OpenSSL's ``X509_check_akid``.
    """
    if wanted is None:
        return False
    own = issuer.subject_key_identifier
    if wanted.key_identifier is not None and own is not None and wanted.key_identifier != own:
        return True
    if wanted.serial_number is not None and wanted.serial_number != issuer.serial_number:
        return True
    names = wanted.issuer.directory_names if wanted.issuer is not None else ()
    return bool(names) and names[0].folded != issuer.issuer_name.folded
