"""Path building: from the leaf through its issuers to a certificate that is trusted (RFC 4158).

The search walks upwards by names, trusted certificates first, and offers one complete path after another;
the judge takes the first that passes every check. The order in which certificates were presented after the
leaf does not matter (RFC 8446, section 4.4.2). Every step is counted, so a maze of certificates ends in a
refusal and never in a long wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.profiles import Profile

# Issuers considered in one search; each may cost one signature. Go and rustls give up after 100 signatures,
# which has refused honest webs of cross-signed CAs. OpenSSL counts nothing: it follows one path and never
# goes back. No search of the catalogue takes more than 6 steps; a thousand cost 0.2 seconds.
MAX_STEPS = 1000
# Complete paths offered to the judge, who verifies each anew. Real cross-signing makes two to five; the bound
# keeps two mazes from multiplying.
MAX_PATHS = 40
MAX_LENGTH = 100  # certificates in a path: OpenSSL's default depth; rustls allows 6 intermediates

# A word in the name of a signature algorithm, and the kind of key that makes such signatures.
KEYS_OF_ALGORITHMS = (
    ("ecdsa", ec.EllipticCurvePublicKey),
    ("rsa", rsa.RSAPublicKey),
    ("ed25519", ed25519.Ed25519PublicKey),
)

Path = tuple["Certificate", ...]


class DeadEnd(Enum):
    """The reason why the search ended below a trusted certificate."""

    ISSUER_MISSING = "its issuer was neither sent nor held"
    SELF_SIGNED = "it is self-signed and not trusted"
    NOT_A_ROOT = "it is trusted, but not self-signed, and its own issuer is missing"
    EXHAUSTED = "the search was given up"


@dataclass(slots=True)
class PathSearch:
    """One search. Iterate :meth:`paths`; afterwards the fields describe how it ended.

    Attributes:
        leaf: the certificate it starts from.
        presented: the certificates that came with the leaf.
        policy: the trusted certificates, and the intermediates that are held.
        profile: the stack whose habits are followed.
        now: issuers that are valid at this moment are preferred.
        steps: the work done so far.
        dead_end: why the longest path without a trusted end stopped, or None.
        dead_path: that path.
    """

    leaf: Certificate
    presented: tuple[Certificate, ...]
    policy: TrustPolicy
    profile: Profile
    now: datetime
    steps: int = 0
    dead_end: DeadEnd | None = None
    dead_path: Path = ()
    pool: tuple[Certificate, ...] = field(init=False)
    anchors: frozenset[Certificate] = field(init=False)

    def __post_init__(self) -> None:
        trusted = self.policy.store.authorities
        self.anchors = frozenset(trusted)
        self.pool = tuple(dict.fromkeys((*trusted, *self.presented, *self.policy.held)))

    def paths(self) -> Iterator[Path]:
        """Offer complete paths, the preferred one first, at most :data:`MAX_PATHS` of them."""
        return islice(self._extend((self.leaf,)), MAX_PATHS)

    def _extend(self, path: Path) -> Iterator[Path]:
        """Walk upwards from the last certificate of ``path``."""
        if self.steps > MAX_STEPS:
            self._note(DeadEnd.EXHAUSTED, path)
            return
        top = path[-1]
        is_anchor = top in self.anchors
        if is_anchor and (top.self_issued or (self.profile.partial_chains and len(path) > 1)):
            yield path
            if top.self_issued:
                return
        ends_here = self.profile.stops_at_self_signed_looking and looks_self_signed(top)
        issuers = self._issuers(path) if len(path) < MAX_LENGTH and not ends_here else []
        if not issuers:
            missing = DeadEnd.NOT_A_ROOT if is_anchor else DeadEnd.ISSUER_MISSING
            self._note(DeadEnd.SELF_SIGNED if top.self_issued else missing, path)
        for issuer in issuers:
            yield from self._extend((*path, issuer))

    def _issuers(self, path: Path) -> list[Certificate]:
        """The certificates that may have issued the last one of ``path``, the likeliest first."""
        top = path[-1]
        wanted = top.issuer_name.folded
        used = {(certificate.subject_der, certificate.public_key_info) for certificate in path}
        named = [
            issuer
            for issuer in self.pool
            if issuer.subject_name.folded == wanted
            and (issuer.subject_der, issuer.public_key_info) not in used
            and not (self.profile.key_identifiers_bind and contradicts(top, issuer))
        ]
        self.steps += 1 + len(named)
        if len(named) > 1:
            # Of several issuers of one name only those whose key fits can lead anywhere.
            named = [issuer for issuer in named if top.signature_problem(issuer) is None] or named[:1]
        return sorted(named, key=lambda issuer: (not self._valid_now(issuer), contradicts(top, issuer)))

    def _valid_now(self, certificate: Certificate) -> bool:
        """Return True if the moment is within the certificate's dates."""
        now, end = self.now.replace(microsecond=0), certificate.not_after
        return certificate.not_before <= now <= end and not (now == end and self.profile.excludes_not_after)

    def _note(self, reason: DeadEnd, path: Path) -> None:
        """Remember the dead end of the longest path; giving up outweighs all others."""
        if self.dead_end is DeadEnd.EXHAUSTED:
            return
        if reason is DeadEnd.EXHAUSTED or len(path) > len(self.dead_path):
            self.dead_end, self.dead_path = reason, path


def looks_self_signed(certificate: Certificate) -> bool:
    """Return True if it names itself as its issuer and its own key is of the kind that signed it.

    OpenSSL's ``EXFLAG_SS``: the signature itself is not verified.
    """
    if not certificate.self_issued or contradicts(certificate, certificate):
        return False
    algorithm = certificate.signature_algorithm.lower()
    return any(
        isinstance(certificate.public_key, kind) and name in algorithm for name, kind in KEYS_OF_ALGORITHMS
    )


def contradicts(certificate: Certificate, issuer: Certificate) -> bool:
    """Return True if the authority key identifier names another key or certificate than this issuer's.

    It may name the issuer's certificate by that certificate's issuer and serial number (RFC 5280, section
    4.2.1.1). Of several names only the first directory name counts, as in OpenSSL's ``X509_check_akid``.
    """
    wanted = certificate.authority_key_identifier
    if wanted is None:
        return False
    own = issuer.subject_key_identifier
    if wanted.key_identifier is not None and own is not None and wanted.key_identifier != own:
        return True
    if wanted.serial_number is not None and wanted.serial_number != issuer.serial_number:
        return True
    names = wanted.issuer.directory_names if wanted.issuer is not None else ()
    return bool(names) and names[0].folded != issuer.issuer_name.folded
