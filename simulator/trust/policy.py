"""The rules of one side for a certificate: trusted CAs, expected name, stack profile, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from simulator.pki.stores import TrustStore

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.pki.ocsp.certificate_id import CertificateId
    from simulator.tls.wire.version import Side


@dataclass(frozen=True, slots=True)
class PolicyInputs:
    """The inputs of a verifier about certificate policies (RFC 5280, section 6.1.1, c to g).

    Attributes:
        accepted: dotted identifiers of the policies that the verifier accepts (user-initial-policy-set), or
            None for any.
        explicit: the path must be valid for at least one of them (initial-explicit-policy).
        inhibits_mapping: no policy may be mapped (initial-policy-mapping-inhibit).
        inhibits_any: anyPolicy in a certificate means nothing (initial-any-policy-inhibit).
    """

    accepted: frozenset[str] | None = None
    explicit: bool = False
    inhibits_mapping: bool = False
    inhibits_any: bool = False


class OcspReply(NamedTuple):
    """The result of a question.

    Attributes:
        certificate: fingerprint of the certificate in question.
        asked: its name in the request.
        answer: DER of the answer, or None where none came.
        problem: the reason why none came, as the end of a sentence; else empty.
    """

    certificate: str
    asked: CertificateId
    answer: bytes | None
    problem: str


@dataclass(frozen=True, slots=True)
class RevocationPolicy:
    """The rules of a verifier about revocation.

    Attributes:
        source: where it looks up whether a certificate was revoked.
        scope: the certificates that it looks up: the leaf, or all of the path.
        soft_fail: without an answer it accepts all the same.
        crls: the revocation lists that it holds.
        replies: what OCSP responders replied so far.
    """

    source: Literal["none", "crl", "ocsp"] = "none"
    scope: Literal["leaf", "chain"] = "leaf"
    soft_fail: bool = False
    crls: tuple[RevocationList, ...] = ()
    replies: tuple[OcspReply, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """The rules of one trust decision.

    Attributes:
        role: whose certificate is judged: ``client`` or ``server``.
        store: the trusted CAs and the directly trusted certificates.
        held: intermediate certificates at hand that may complete a path; they are not trusted.
        server_name: the DNS name or IP address the client wants to reach, or None for no name check. Client
            certificates never have a name check.
        profile: the stack profile that judges, a key of :data:`simulator.trust.profiles.PROFILES`.
        max_depth: the most intermediate certificates between leaf and trusted certificate, or None for the
            limit of the path search alone.
        require_certificate: refuse a peer without a certificate. If False, absence is fine, and a bad
            certificate is still refused.
        policies: the inputs about certificate policies, for profiles that process these.
        revocation: where and how it looks up whether a certificate was revoked.
    """

    role: Side
    store: TrustStore = field(default_factory=TrustStore)
    held: tuple[Certificate, ...] = ()
    server_name: str | None = None
    profile: str = "openssl"
    max_depth: int | None = None
    require_certificate: bool = True
    policies: PolicyInputs = PolicyInputs()
    revocation: RevocationPolicy = RevocationPolicy()
