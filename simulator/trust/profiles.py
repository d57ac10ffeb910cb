"""The stack profiles: which checks a named stack makes, in which order, and which alert follows from which.

``openssl`` is OpenSSL 3.0 at security level 2 as CPython's ``ssl`` uses it, measured with one and with two
faults at a time. ``rfc5280`` is the strict reading of RFC 5280 that x509-limbo tests.

Where ``openssl`` differs from OpenSSL on purpose:

* A leaf in the trust store's directly trusted certificates is accepted; OpenSSL takes one that is not
  self-signed only with the flag ``X509_V_FLAG_PARTIAL_CHAIN``. An administrator who puts it there means it.
* Another path is tried if the first one fails a check; OpenSSL stays with the first path it builds.
* A wildcard name stands for all the names it covers under name constraints; OpenSSL takes it literally.
* A certificate with an extension that cannot be decoded is unreadable; OpenSSL reads extensions late and
  refuses it as unsuitable, most often with unknown_ca.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from simulator.errors import ScenarioError
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Check

# Extensions whose meaning is taken into account (RFC 5280, section 4.2), by their dotted identifiers.
COMMON_EXTENSIONS = frozenset(
    {
        "2.5.29.15",  # keyUsage
        "2.5.29.17",  # subjectAltName
        "2.5.29.19",  # basicConstraints
        "2.5.29.30",  # nameConstraints
        "2.5.29.31",  # cRLDistributionPoints
        "2.5.29.32",  # certificatePolicies
        "2.5.29.33",  # policyMappings
        "2.5.29.36",  # policyConstraints
        "2.5.29.37",  # extKeyUsage
        "2.5.29.54",  # inhibitAnyPolicy
    }
)
# Not on OpenSSL's list. In a profile with strict checks those report them when they are critical.
NEVER_CRITICAL_EXTENSIONS = frozenset(
    {
        "2.5.29.14",  # subjectKeyIdentifier
        "2.5.29.35",  # authorityKeyIdentifier
        "1.3.6.1.5.5.7.1.1",  # authorityInfoAccess
    }
)

Scope = Literal["chain", "leaf", "leaf first", "anchor first"]


@dataclass(frozen=True, slots=True)
class CheckStage:
    """Checks that belong together in a stack's order.

    Attributes:
        scope: ``chain``: each check once. ``leaf``: on the leaf alone, before a path is sought.
            ``leaf first`` and ``anchor first``: on each certificate of the path in turn, from the leaf or
            from the trusted certificate.
        checks: their names.
    """

    scope: Scope
    checks: tuple[CheckName, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The habits of one stack.

    Attributes:
        name: its name in scenario files.
        description: the stack, in one sentence.
        stages: the checks in the order in which they decide; the first failure ends the judgement.
        alerts: the alert by ``check`` or, more specific, by ``check/field``, ``check/role`` or
            ``check/TLS 1.x``.
        obeys_ca_hints: a client withholds a certificate whose issuer is not among the server's hints.
        refuses_in_clear: a TLS 1.3 client sends its refusal of the server as an unprotected alert.
        partial_chains: a trusted CA certificate ends the path even if it is not self-issued.
        key_identifiers_bind: an issuer that the authority key identifier contradicts is not considered.
        stops_at_self_signed_looking: the search does not go above a certificate that looks
            self-signed, even where another key signed it.
        any_purpose: anyExtendedKeyUsage alone is good for client and server authentication.
        common_name_fallback: a server certificate without subjectAltName is matched by its common name.
        leaf_key_usages: by role, the key usages of which a leaf with a keyUsage must have at least one.
        ca_as_leaf: a CA certificate in the leaf's place may have the key usages of a CA.
        understood_extensions: dotted identifiers of the extensions that may be critical.
        self_issued_counts: self-issued intermediates count for ``max_depth``.
        strict_constraints: name constraints must have the form that RFC 5280 gives them.
        minimum_bits: the smallest key by family, ``RSA`` or ``EC``. 2048 and 224 bits give 112 bits of
            strength (NIST SP 800-57), which is OpenSSL's security level 2.
        refused_hashes: hashes that no certificate below the trusted one may be signed with. OpenSSL counts 63
            bits of strength for SHA-1.
    """

    name: str
    description: str
    stages: tuple[CheckStage, ...]
    alerts: Mapping[str, str]
    obeys_ca_hints: bool
    refuses_in_clear: bool
    partial_chains: bool
    key_identifiers_bind: bool
    stops_at_self_signed_looking: bool
    any_purpose: bool
    common_name_fallback: bool
    leaf_key_usages: Mapping[Side, frozenset[str]]
    ca_as_leaf: bool
    understood_extensions: frozenset[str]
    self_issued_counts: bool
    strict_constraints: bool
    minimum_bits: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"RSA": 2048, "EC": 224})
    )
    refused_hashes: frozenset[str] = frozenset({"md5", "sha1"})

    def alert(self, check: Check, role: Side, tls: str) -> str:
        """The name of the alert that follows from a failed check.

        Args:
            check: the decisive line.
            role: the side whose certificate was judged.
            tls: ``1.2`` or ``1.3``.
        """
        for detail in (check.field, role, f"TLS {tls}"):
            if f"{check.name}/{detail}" in self.alerts:
                return self.alerts[f"{check.name}/{detail}"]
        return self.alerts.get(check.name, "certificate_unknown")

    @property
    def checks(self) -> tuple[CheckName, ...]:
        """The names of all checks in the order of their first appearance."""
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.checks))


OPENSSL = Profile(
    name="openssl",
    description="OpenSSL 3.0 at security level 2, as CPython's ssl module uses it",
    stages=(
        CheckStage("chain", (CheckName.CERTIFICATE_PRESENTED, CheckName.READABLE)),
        CheckStage("leaf", (CheckName.KEY_STRENGTH,)),
        CheckStage("chain", (CheckName.DIRECTLY_TRUSTED, CheckName.TRUST_ANCHOR, CheckName.CHAIN_DEPTH)),
        CheckStage(
            "leaf first",
            (
                CheckName.CRITICAL_EXTENSIONS,
                CheckName.BASIC_CONSTRAINTS,
                CheckName.KEY_USAGE,
                CheckName.EXTENDED_KEY_USAGE,
                CheckName.PATH_LENGTH,
            ),
        ),
        CheckStage("leaf first", (CheckName.KEY_STRENGTH, CheckName.SIGNATURE_ALGORITHM)),
        CheckStage("chain", (CheckName.SERVER_NAME, CheckName.REVOCATION)),
        CheckStage("anchor first", (CheckName.SIGNATURE, CheckName.VALIDITY)),
        CheckStage("chain", (CheckName.NAME_CONSTRAINTS, CheckName.PROOF_OF_POSSESSION)),
    ),
    # OpenSSL's table from X509_V_ERR codes to alerts (statem_lib.c). A code that it lacks becomes
    # certificate_unknown.
    alerts=MappingProxyType(
        {
            f"{CheckName.CERTIFICATE_PRESENTED}/server": "decode_error",
            f"{CheckName.CERTIFICATE_PRESENTED}/TLS 1.2": "handshake_failure",
            f"{CheckName.CERTIFICATE_PRESENTED}/TLS 1.3": "certificate_required",
            f"{CheckName.READABLE}/client": "decode_error",
            CheckName.READABLE: "bad_certificate",
            CheckName.KEY_STRENGTH: "bad_certificate",
            CheckName.TRUST_ANCHOR: "unknown_ca",
            CheckName.CHAIN_DEPTH: "unknown_ca",
            CheckName.CRITICAL_EXTENSIONS: "certificate_unknown",
            CheckName.BASIC_CONSTRAINTS: "unknown_ca",
            f"{CheckName.KEY_USAGE}/keyCertSign": "unknown_ca",
            CheckName.KEY_USAGE: "unsupported_certificate",
            CheckName.EXTENDED_KEY_USAGE: "unsupported_certificate",
            CheckName.PATH_LENGTH: "unknown_ca",
            CheckName.SIGNATURE_ALGORITHM: "bad_certificate",
            CheckName.SERVER_NAME: "bad_certificate",
            CheckName.REVOCATION: "certificate_revoked",
            CheckName.SIGNATURE: "decrypt_error",
            f"{CheckName.VALIDITY}/notAfter": "certificate_expired",
            f"{CheckName.VALIDITY}/notBefore": "bad_certificate",
            CheckName.NAME_CONSTRAINTS: "certificate_unknown",
            CheckName.PROOF_OF_POSSESSION: "decrypt_error",
        }
    ),
    obeys_ca_hints=False,
    refuses_in_clear=True,
    partial_chains=False,
    key_identifiers_bind=True,
    stops_at_self_signed_looking=True,
    any_purpose=False,
    common_name_fallback=True,
    leaf_key_usages=MappingProxyType(
        {
            "client": frozenset({"digitalSignature", "keyAgreement"}),
            "server": frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"}),
        }
    ),
    ca_as_leaf=False,
    understood_extensions=COMMON_EXTENSIONS,
    self_issued_counts=True,
    strict_constraints=False,
)

RFC5280 = Profile(
    name="rfc5280",
    description="the strict reading of RFC 5280, with the alerts of RFC 8446, section 6.2",
    stages=(
        CheckStage("chain", (CheckName.CERTIFICATE_PRESENTED, CheckName.READABLE)),
        CheckStage("leaf", (CheckName.VERSION, CheckName.SERIAL_NUMBER, CheckName.DISTINGUISHED_NAMES)),
        CheckStage("chain", (CheckName.DIRECTLY_TRUSTED, CheckName.TRUST_ANCHOR, CheckName.CHAIN_DEPTH)),
        CheckStage(
            "anchor first",
            (
                CheckName.VERSION,
                CheckName.SERIAL_NUMBER,
                CheckName.DISTINGUISHED_NAMES,
                CheckName.SIGNATURE_ALGORITHM,
                CheckName.KEY_STRENGTH,
                CheckName.SIGNATURE,
                CheckName.VALIDITY,
                CheckName.BASIC_CONSTRAINTS,
                CheckName.PATH_LENGTH,
                CheckName.KEY_USAGE,
                CheckName.EXTENDED_KEY_USAGE,
                CheckName.CRITICAL_EXTENSIONS,
                CheckName.AUTHORITY_KEY_IDENTIFIER,
                CheckName.SUBJECT_KEY_IDENTIFIER,
                CheckName.SUBJECT_ALTERNATIVE_NAME,
                CheckName.EXTENSION_RULES,
            ),
        ),
        CheckStage("chain", (CheckName.NAME_CONSTRAINTS, CheckName.CERTIFICATE_POLICIES)),
        CheckStage("chain", (CheckName.SERVER_NAME, CheckName.REVOCATION, CheckName.PROOF_OF_POSSESSION)),
    ),
    alerts=MappingProxyType(
        {
            f"{CheckName.CERTIFICATE_PRESENTED}/server": "decode_error",
            f"{CheckName.CERTIFICATE_PRESENTED}/TLS 1.2": "handshake_failure",
            f"{CheckName.CERTIFICATE_PRESENTED}/TLS 1.3": "certificate_required",
            CheckName.READABLE: "bad_certificate",
            CheckName.TRUST_ANCHOR: "unknown_ca",
            CheckName.CHAIN_DEPTH: "unknown_ca",
            CheckName.VERSION: "bad_certificate",
            CheckName.SERIAL_NUMBER: "bad_certificate",
            CheckName.DISTINGUISHED_NAMES: "bad_certificate",
            CheckName.SIGNATURE_ALGORITHM: "unsupported_certificate",
            CheckName.KEY_STRENGTH: "unsupported_certificate",
            CheckName.SIGNATURE: "bad_certificate",
            CheckName.VALIDITY: "certificate_expired",
            CheckName.BASIC_CONSTRAINTS: "bad_certificate",
            CheckName.PATH_LENGTH: "bad_certificate",
            CheckName.KEY_USAGE: "unsupported_certificate",
            CheckName.EXTENDED_KEY_USAGE: "unsupported_certificate",
            CheckName.CRITICAL_EXTENSIONS: "unsupported_certificate",
            CheckName.AUTHORITY_KEY_IDENTIFIER: "bad_certificate",
            CheckName.SUBJECT_KEY_IDENTIFIER: "bad_certificate",
            CheckName.SUBJECT_ALTERNATIVE_NAME: "bad_certificate",
            CheckName.EXTENSION_RULES: "bad_certificate",
            CheckName.CERTIFICATE_POLICIES: "bad_certificate",
            CheckName.NAME_CONSTRAINTS: "bad_certificate",
            CheckName.SERVER_NAME: "bad_certificate",
            CheckName.REVOCATION: "certificate_revoked",
            CheckName.PROOF_OF_POSSESSION: "decrypt_error",
        }
    ),
    obeys_ca_hints=True,
    refuses_in_clear=False,
    partial_chains=True,
    key_identifiers_bind=False,
    stops_at_self_signed_looking=False,
    any_purpose=True,
    common_name_fallback=False,
    leaf_key_usages=MappingProxyType(
        {"client": frozenset({"digitalSignature"}), "server": frozenset({"digitalSignature"})}
    ),
    ca_as_leaf=True,
    understood_extensions=COMMON_EXTENSIONS | NEVER_CRITICAL_EXTENSIONS,
    self_issued_counts=False,
    strict_constraints=True,
)

PROFILES: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in (OPENSSL, RFC5280)})


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises:
        ScenarioError: the name is not known.
    """
    if name not in PROFILES:
        raise ScenarioError(
            "This stack profile is not known.",
            got=name,
            expected=" or ".join(PROFILES),
            advice="Choose one of these names.",
        )
    return PROFILES[name]
