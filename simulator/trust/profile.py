"""A stack profile: which checks a verifier makes, in which order, and its other habits.

The profiles themselves: ``standards.py`` and ``stacks.py``; all of them by name: ``profiles.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from simulator.pki.key_types import EXTENSION_OIDS
from simulator.tls.wire.version import SIDES
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side, TlsVersion

_CHECKS = {name.value: name for name in CheckName}

AT_CERTIFICATE: Mapping[TlsVersion, str] = {"1.2": "Certificate", "1.3": "Certificate"}
MINIMUM_BITS: Mapping[str, int] = {"RSA": 2048, "EC": 224}
#: A handshake is signed, so a leaf's key must be meant for signing.
SIGNS: Mapping[Side, frozenset[str]] = {side: frozenset({"digitalSignature"}) for side in SIDES}
#: The extensions of RFC 5280, which a verifier must understand to be one.
UNDERSTOOD = frozenset(EXTENSION_OIDS.values()) - {EXTENSION_OIDS["netscapeCertType"]}

#: No proof can be verified with an unreadable certificate, and a bad proof is no proof: both end a handshake.
ALWAYS_IN_TLS = frozenset({CheckName.READABLE, CheckName.PROOF_OF_POSSESSION})

ClientRefusal = Literal["alert", "page", "close"]
Scope = Literal["chain", "leaf", "leaf first", "anchor first", "issuers", "issuer by issuer"]


@dataclass(frozen=True, slots=True)
class CheckStage:
    """Checks that belong together in a stack's order.

    Attributes:
        scope: ``chain``: each check once. ``leaf``: on the leaf alone. ``leaf first`` and ``anchor
            first``: on each certificate of the path in turn, from the leaf or from the trusted certificate.
            ``issuers``: the same on every certificate but the leaf, from the trusted one. ``issuer by
            issuer``: up the path, with each issuer the signature that it made on the certificate below.
        checks: their names.
    """

    scope: Scope
    checks: tuple[CheckName, ...]


@dataclass(frozen=True, slots=True)
class Omission:
    """A check that a stack does not make; its line of the ledger says so.

    Attributes:
        check: its name.
        why: the sentence of its line.
        where: the certificates that are not checked so.
        role: the side whose certificates are not checked so, or None for both.
    """

    check: CheckName
    why: str
    where: Literal["everywhere", "leaf", "issuers"] = "everywhere"
    role: Side | None = None

    def concerns(self, check: CheckName, depth: int | None, role: Side) -> bool:
        """Return True if it is about this check of the certificate at ``depth``, or of the chain."""
        if check is not self.check or self.role not in (None, role):
            return False
        return self.where == "everywhere" or (depth == 0) == (self.where == "leaf")


@dataclass(frozen=True, slots=True)
class Profile:
    """The habits of one stack; it has none but those that are set.

    Attributes:
        name: its name in scenario files.
        description: the stack, in one sentence.
        stages: the checks in the order in which they decide; the first failure ends the judgement.
        stages_12: their order in TLS 1.2, or None if it is the same.
        omissions: the checks among them that other stacks make there, and this one does not.
        verdict_at: by TLS version, the message of the client after which a server judges it:
            ``Certificate``, or ``CertificateVerify`` if it reads the proof first.
        alerts: the alert by failed check, for :func:`simulator.trust.alerts.alert_after`.
        leaf_key_usages: by role, the key usages of which a leaf with a keyUsage must have at least one.
        understood_extensions: dotted identifiers of the extensions that may be critical.
        refuses_clients_by: what a server does when it refuses a client. ``alert``; or its handshake ends well
            first, and then ``page``: it sends a page of HTTP, or ``close``: it closes without an alert.
        insists_in_tls: a server that refuses above TLS still refuses a client without a certificate in TLS.
        obeys_ca_hints: a client withholds a certificate whose issuer is not among the server's hints.
        refuses_in_clear: a TLS 1.3 client sends its refusal of the server as an unprotected alert.
        one_path: builds one path, as OpenSSL does, in place of trying all that may lead to a trusted CA.
        judges_while_searching: makes the checks above its ``trust-anchor`` while it searches a path, so they
            decide before the question whether the path leads to a trusted CA.
        max_depth: the most intermediates where the policy sets no limit, or None.
        one_list: takes one revocation list for a certificate, as OpenSSL does, in place of combining those
            that speak of it (RFC 5280, section 6.3).
        needs_no_list: without a revocation list that can be relied on, a certificate counts as good.
        list_duties: a revocation list must have what RFC 5280, section 5, demands of its issuer.
        old_forms: a root of an older form is a CA, and Netscape's certificate type limits the purpose.
        spared_anchor: checks that the trusted certificate above the path is spared. For RFC 5280, section
            6.1, the trust anchor is outside the path: only its name and its key are used.
        excludes_not_after: a certificate has expired at the very moment of its notAfter.
        early_tolerance: time before notBefore in which a certificate counts as valid.
        any_purpose: anyExtendedKeyUsage alone is good for client and server authentication.
        common_name_fallback: a server certificate without subjectAltName is matched by its common name.
        ca_as_leaf: a CA certificate in the leaf's place may have the key usages of a CA.
        refuses_proxies: a proxy certificate (RFC 3820) is refused as such.
        self_issued_counts: self-issued intermediates count for ``max_depth``.
        strict_constraints: name constraints must have the form that RFC 5280 gives them.
        constraints_may_be_uncritical: name constraints need not be critical (BR 7.1.2.5.2).
        minimum_bits: the smallest key by family, ``RSA`` or ``EC``; empty for no minimum. 2048 and 224 bits
            give 112 bits of strength (NIST SP 800-57), which is OpenSSL's security level 2.
        refused_hashes: hashes that no certificate below the trusted one may be signed with. OpenSSL counts 63
            bits of strength for SHA-1.
        foreign_keys: kinds of an issuer's key that the stack cannot verify with, by how their names begin.
        exacting: a certificate that was sent is refused for any field that is not encoded as RFC 5280
            prescribes, a non-critical extension that decides nothing excepted. Otherwise it is refused for a
            field that cannot be decoded at all; with ``one_path`` where that field is needed.
    """

    name: str
    description: str
    stages: tuple[CheckStage, ...]
    alerts: Mapping[str, str]
    leaf_key_usages: Mapping[Side, frozenset[str]]
    understood_extensions: frozenset[str] = UNDERSTOOD
    stages_12: tuple[CheckStage, ...] | None = None
    omissions: tuple[Omission, ...] = ()
    verdict_at: Mapping[TlsVersion, str] = field(default_factory=lambda: AT_CERTIFICATE)
    refuses_clients_by: ClientRefusal = "alert"
    insists_in_tls: bool = False
    obeys_ca_hints: bool = False
    refuses_in_clear: bool = False
    one_path: bool = False
    judges_while_searching: bool = False
    max_depth: int | None = None
    one_list: bool = False
    needs_no_list: bool = False
    list_duties: bool = False
    old_forms: bool = False
    spared_anchor: frozenset[CheckName] = frozenset()
    excludes_not_after: bool = False
    early_tolerance: timedelta = timedelta()
    any_purpose: bool = False
    common_name_fallback: bool = False
    ca_as_leaf: bool = False
    refuses_proxies: bool = False
    self_issued_counts: bool = False
    strict_constraints: bool = False
    constraints_may_be_uncritical: bool = False
    minimum_bits: Mapping[str, int] = field(default_factory=lambda: MINIMUM_BITS)
    refused_hashes: frozenset[str] = frozenset({"md5", "sha1"})
    foreign_keys: tuple[str, ...] = ()
    exacting: bool = True

    @property
    def checks(self) -> tuple[CheckName, ...]:
        """The names of all checks in the order of their first appearance."""
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.checks))

    def refuses_in_tls(self, check: str) -> bool:
        """Return True if even a server that refuses clients above TLS refuses for this check in TLS."""
        missing = check == CheckName.CERTIFICATE_PRESENTED
        return check in ALWAYS_IN_TLS or (missing and self.insists_in_tls)

    def refusal_of_client(self, check: str) -> ClientRefusal:
        """The answer of a server when this check of a client's certificate fails."""
        return "alert" if self.refuses_in_tls(check) else self.refuses_clients_by

    def order(self, tls: TlsVersion) -> tuple[CheckStage, ...]:
        """The checks in the order of a TLS version."""
        return self.stages_12 if tls == "1.2" and self.stages_12 is not None else self.stages

    def proof_first(self, tls: TlsVersion) -> bool:
        """Return True if a server reads the client's proof before it judges the certificate."""
        return self.verdict_at[tls] == "CertificateVerify"


def stage(scope: Scope, names: str) -> CheckStage:
    """A stage from the names of its checks, with spaces between them."""
    return CheckStage(scope, tuple(_CHECKS[name] for name in names.split()))
