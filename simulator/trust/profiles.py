"""The stack profiles: which checks a named stack makes, and in which order. Their alerts: ``alerts.py``.

``openssl`` is OpenSSL 3.0 at security level 2 as CPython's ``ssl`` uses it, measured with one and with two
faults at a time. ``rfc5280`` is path validation as RFC 5280, section 6.1, describes it, and what TLS itself
demands of a leaf. ``strict`` adds the duties of conforming CAs (sections 4.1 and 4.2), and ``webpki`` the
Baseline Requirements of the CA/Browser Forum; x509-limbo tests these two.

Where ``openssl`` differs from OpenSSL on purpose:

* A leaf in the trust store's directly trusted certificates is accepted; OpenSSL takes one that is not
  self-signed only with the flag ``X509_V_FLAG_PARTIAL_CHAIN``. An administrator who puts it there means it.
* A wildcard name stands for all the names it covers under name constraints; OpenSSL takes it literally.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from simulator.errors import ScenarioError, unknown_name
from simulator.pki.key_types import EXTENSION_OIDS
from simulator.tls.wire.version import SIDES
from simulator.trust.alerts import OPENSSL_ALERTS, RFC5280_ALERTS, STRICT_ALERTS, WEBPKI_ALERTS
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side

# Not on OpenSSL's list. In a profile with strict checks those report them when they are critical.
NEVER_CRITICAL_EXTENSIONS = frozenset(
    EXTENSION_OIDS[name] for name in ("subjectKeyIdentifier", "authorityKeyIdentifier", "authorityInfoAccess")
)

# The rest of OpenSSL's list (``X509_supported_extension``), without address blocks and AS numbers (RFC 3779):
# OpenSSL compares them with those of the issuers, this program cannot.
OPENSSL_KNOWS_TOO = frozenset(
    {
        "1.3.6.1.5.5.7.1.14",  # proxy certificate information (RFC 3820)
        "1.3.6.1.5.5.7.48.1.5",  # OCSP no check (RFC 6960)
    }
)

_CHECKS = {name.value: name for name in CheckName}

MINIMUM_BITS: Mapping[str, int] = {"RSA": 2048, "EC": 224}

Scope = Literal["chain", "leaf", "leaf first", "anchor first"]


@dataclass(frozen=True, slots=True)
class CheckStage:
    """Checks that belong together in a stack's order.

    Attributes:
        scope: ``chain``: each check once. ``leaf``: on the leaf alone. ``leaf first`` and ``anchor
            first``: on each certificate of the path in turn, from the leaf or from the trusted certificate.
        checks: their names.
    """

    scope: Scope
    checks: tuple[CheckName, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The habits of one stack; it has none but those that are set.

    Attributes:
        name: its name in scenario files.
        description: the stack, in one sentence.
        stages: the checks in the order in which they decide; the first failure ends the judgement.
        alerts: the alert by failed check, for :func:`simulator.trust.alerts.alert_after`.
        leaf_key_usages: by role, the key usages of which a leaf with a keyUsage must have at least one.
        understood_extensions: dotted identifiers of the extensions that may be critical.
        obeys_ca_hints: a client withholds a certificate whose issuer is not among the server's hints.
        refuses_in_clear: a TLS 1.3 client sends its refusal of the server as an unprotected alert.
        one_path: builds one path, as OpenSSL does, in place of trying all that may lead to a trusted CA.
        one_list: takes one revocation list for a certificate, as OpenSSL does, in place of combining those
            that speak of it (RFC 5280, section 6.3).
        list_duties: a revocation list must have what RFC 5280, section 5, demands of its issuer.
        old_forms: a root of an older form is a CA, and Netscape's certificate type limits the purpose.
        spared_anchor: checks that the trusted certificate above the path is spared. For RFC 5280, section
            6.1, the trust anchor is outside the path: only its name and its key are used.
        excludes_not_after: a certificate has expired at the very moment of its notAfter.
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
        exacting: a certificate that was sent is refused for any field that is not encoded as RFC 5280
            prescribes, a non-critical extension that decides nothing excepted.
    """

    name: str
    description: str
    stages: tuple[CheckStage, ...]
    alerts: Mapping[str, str]
    leaf_key_usages: Mapping[Side, frozenset[str]]
    understood_extensions: frozenset[str]
    obeys_ca_hints: bool = False
    refuses_in_clear: bool = False
    one_path: bool = False
    one_list: bool = False
    list_duties: bool = False
    old_forms: bool = False
    spared_anchor: frozenset[CheckName] = frozenset()
    excludes_not_after: bool = False
    any_purpose: bool = False
    common_name_fallback: bool = False
    ca_as_leaf: bool = False
    refuses_proxies: bool = False
    self_issued_counts: bool = False
    strict_constraints: bool = False
    constraints_may_be_uncritical: bool = False
    minimum_bits: Mapping[str, int] = field(default_factory=lambda: MINIMUM_BITS)
    refused_hashes: frozenset[str] = frozenset({"md5", "sha1"})
    exacting: bool = True

    @property
    def checks(self) -> tuple[CheckName, ...]:
        """The names of all checks in the order of their first appearance."""
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.checks))


def _stage(scope: Scope, names: str) -> CheckStage:
    """A stage from the names of its checks, with spaces between them."""
    return CheckStage(scope, tuple(_CHECKS[name] for name in names.split()))


OPENSSL = Profile(
    name="openssl",
    description="OpenSSL 3.0 at security level 2, as CPython's ssl module uses it",
    stages=(
        _stage("chain", "certificate-presented readable"),
        _stage("leaf", "key-strength"),
        _stage("chain", "directly-trusted trust-anchor chain-depth"),
        # An issuer's keyCertSign belongs to the question of whether it is a CA, which comes before its curve.
        _stage("leaf", "critical-extensions named-curve key-usage extended-key-usage"),
        _stage(
            "leaf first",
            "critical-extensions basic-constraints key-usage named-curve extended-key-usage path-length",
        ),
        _stage("leaf first", "key-strength signature-algorithm"),
        _stage("chain", "server-name revocation"),
        _stage("anchor first", "signature validity"),
        _stage("chain", "name-constraints proof-of-possession"),
    ),
    alerts=OPENSSL_ALERTS,
    refuses_in_clear=True,
    one_path=True,
    one_list=True,
    old_forms=True,
    common_name_fallback=True,
    leaf_key_usages={
        "client": frozenset({"digitalSignature", "keyAgreement"}),
        "server": frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"}),
    },
    understood_extensions=frozenset(EXTENSION_OIDS.values()) - NEVER_CRITICAL_EXTENSIONS | OPENSSL_KNOWS_TOO,
    refuses_proxies=True,
    self_issued_counts=True,
    excludes_not_after=True,
    exacting=False,
)

_PATH_CHECKS = (
    "named-curve signature-algorithm signature validity basic-constraints path-length key-usage "
    "critical-extensions"
)
_FORM_CHECKS = "version serial-number distinguished-names"
_EXTENSION_CHECKS = "authority-key-identifier subject-key-identifier subject-alternative-name extension-rules"
_SIGNS: Mapping[Side, frozenset[str]] = {side: frozenset({"digitalSignature"}) for side in SIDES}

RFC5280 = Profile(
    name="rfc5280",
    description="path validation of RFC 5280, section 6.1, with the alerts of RFC 8446, section 6.2",
    stages=(
        _stage("chain", "certificate-presented readable"),
        _stage("leaf", "key-strength"),
        _stage("chain", "directly-trusted trust-anchor chain-depth"),
        _stage("anchor first", _PATH_CHECKS),
        _stage("chain", "name-constraints certificate-policies"),
        _stage("leaf", "extended-key-usage"),
        _stage("chain", "server-name revocation proof-of-possession"),
    ),
    alerts=RFC5280_ALERTS,
    obeys_ca_hints=True,
    spared_anchor=frozenset(CheckName),
    any_purpose=True,
    leaf_key_usages=_SIGNS,
    ca_as_leaf=True,
    understood_extensions=frozenset(EXTENSION_OIDS.values()) - {EXTENSION_OIDS["netscapeCertType"]},
    minimum_bits={},
)

STRICT = replace(
    RFC5280,
    name="strict",
    description="RFC 5280 with the duties of conforming CAs, and keys of 112 bits of strength",
    stages=(
        _stage("chain", "certificate-presented readable"),
        _stage("leaf", _FORM_CHECKS),
        _stage("chain", "directly-trusted trust-anchor chain-depth"),
        _stage(
            "anchor first",
            f"{_FORM_CHECKS} key-strength {_PATH_CHECKS} extended-key-usage {_EXTENSION_CHECKS}",
        ),
        _stage("chain", "name-constraints certificate-policies"),
        _stage("chain", "server-name revocation proof-of-possession"),
    ),
    alerts=STRICT_ALERTS,
    list_duties=True,
    # The trust anchor is outside of the path: no list that it would be in can be relied on more than itself.
    spared_anchor=frozenset({CheckName.REVOCATION}),
    strict_constraints=True,
    minimum_bits=MINIMUM_BITS,
)

WEBPKI = replace(
    STRICT,
    name="webpki",
    description="the rules of browsers: strict, with the CA/Browser Forum's Baseline Requirements",
    stages=(*STRICT.stages[:-1], _stage("anchor first", "baseline-requirements"), STRICT.stages[-1]),
    alerts=WEBPKI_ALERTS,
    # The rule for serial numbers is younger than some roots: one that browsers trust has number 0.
    spared_anchor=frozenset({CheckName.SERIAL_NUMBER, CheckName.REVOCATION}),
    any_purpose=False,
    ca_as_leaf=False,
    constraints_may_be_uncritical=True,
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (OPENSSL, RFC5280, STRICT, WEBPKI)}


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises:
        ScenarioError: the name is not known.
    """
    if name not in PROFILES:
        raise unknown_name(ScenarioError, "stack profile", name, PROFILES)
    return PROFILES[name]
