"""The profiles of standards.

``rfc5280`` is path validation as RFC 5280, section 6.1, describes it, and what TLS itself demands of a leaf.
``strict`` adds the duties of conforming CAs (sections 4.1 and 4.2), and ``webpki`` the Baseline Requirements
of the CA/Browser Forum; x509-limbo tests these two.
"""

from __future__ import annotations

from dataclasses import replace

from simulator.trust.alerts import RFC5280_ALERTS, STRICT_ALERTS, WEBPKI_ALERTS
from simulator.trust.profile import MINIMUM_BITS, SIGNS, Profile, stage
from simulator.trust.vocabulary import CheckName

_PATH_CHECKS = (
    "named-curve signature-algorithm signature validity basic-constraints path-length key-usage "
    "critical-extensions"
)
_FORM_CHECKS = "version serial-number distinguished-names"
_EXTENSION_CHECKS = "authority-key-identifier subject-key-identifier subject-alternative-name extension-rules"

RFC5280 = Profile(
    name="rfc5280",
    description="path validation of RFC 5280, section 6.1, with the alerts of RFC 8446, section 6.2",
    stages=(
        stage("chain", "certificate-presented readable"),
        stage("leaf", "key-strength"),
        stage("chain", "directly-trusted trust-anchor chain-depth"),
        stage("anchor first", _PATH_CHECKS),
        stage("chain", "name-constraints certificate-policies"),
        stage("leaf", "extended-key-usage"),
        stage("chain", "server-name revocation proof-of-possession"),
    ),
    alerts=RFC5280_ALERTS,
    obeys_ca_hints=True,
    spared_anchor=frozenset(CheckName),
    any_purpose=True,
    leaf_key_usages=SIGNS,
    ca_as_leaf=True,
    minimum_bits={},
)

STRICT = replace(
    RFC5280,
    name="strict",
    description="RFC 5280 with the duties of conforming CAs, and keys of 112 bits of strength",
    stages=(
        stage("chain", "certificate-presented readable"),
        stage("leaf", _FORM_CHECKS),
        stage("chain", "directly-trusted trust-anchor chain-depth"),
        stage(
            "anchor first",
            f"{_FORM_CHECKS} key-strength {_PATH_CHECKS} extended-key-usage {_EXTENSION_CHECKS}",
        ),
        stage("chain", "name-constraints certificate-policies"),
        stage("chain", "server-name revocation proof-of-possession"),
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
    stages=(*STRICT.stages[:-1], stage("anchor first", "baseline-requirements"), STRICT.stages[-1]),
    alerts=WEBPKI_ALERTS,
    # The rule for serial numbers is younger than some roots: one that browsers trust has number 0.
    spared_anchor=frozenset({CheckName.SERIAL_NUMBER, CheckName.REVOCATION}),
    any_purpose=False,
    ca_as_leaf=False,
    constraints_may_be_uncritical=True,
)
