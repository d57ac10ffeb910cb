"""The profiles of stacks, as measured; ``docs/profiles.md`` has the sources.

``openssl`` is OpenSSL 3.0 at security level 2 as CPython's ``ssl`` uses it, measured with one and with two
faults at a time. Where it differs from OpenSSL on purpose:

* A leaf in the trust store's directly trusted certificates is accepted; OpenSSL takes one that is not
  self-signed only with the flag ``X509_V_FLAG_PARTIAL_CHAIN``. An administrator who puts it there means it.
* A wildcard name stands for all the names it covers under name constraints; OpenSSL takes it literally.

The others were asked as servers, each with the same certificates and one or two faults in them
(``tests/lab/test_stacks.py``): GnuTLS 3.7.9 as ``gnutls-serv``, JSSE of Java 17, Go 1.19 and 1.27, NSS 3.87
as ``selfserv``, nginx 1.22 and Node 20 with OpenSSL 3.0; BoringSSL through Python's ``utls``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from simulator.pki.key_types import EXTENSION_OIDS
from simulator.trust.alerts import (
    BORINGSSL_ALERTS,
    GNUTLS_ALERTS,
    GO_127_ALERTS,
    GO_ALERTS,
    JSSE_ALERTS,
    NSS_ALERTS,
    OPENSSL_ALERTS,
)
from simulator.trust.profile import SIGNS, Omission, Profile, stage
from simulator.trust.vocabulary import CheckName

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

OPENSSL = Profile(
    name="openssl",
    description="OpenSSL 3.0 at security level 2, as CPython's ssl module uses it",
    stages=(
        stage("chain", "certificate-presented readable"),
        stage("leaf", "key-strength"),
        stage("chain", "directly-trusted trust-anchor chain-depth"),
        # An issuer's keyCertSign belongs to the question of whether it is a CA, which comes before its curve.
        stage("leaf", "critical-extensions named-curve key-usage extended-key-usage"),
        stage(
            "leaf first",
            "critical-extensions basic-constraints key-usage named-curve extended-key-usage path-length",
        ),
        stage("leaf first", "key-strength signature-algorithm"),
        stage("chain", "server-name revocation"),
        stage("anchor first", "signature validity"),
        stage("chain", "name-constraints proof-of-possession"),
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

# nginx sets ``ssl_verify_depth`` to 1: one intermediate. Its refusals are a page (HTTP 400), and no alert.
NGINX = replace(
    OPENSSL,
    name="nginx",
    description="nginx 1.22 with OpenSSL 3.0 and its own depth of 1",
    refuses_clients_by="page",
    max_depth=1,
)
# Node comes with OpenSSL's level 1: 80 bits of strength. With ``requestCert`` and ``rejectUnauthorized`` a
# missing certificate is an alert; with a bad one it finishes the handshake, and closes without a word.
NODE = replace(
    OPENSSL,
    name="node",
    description="Node 20 with OpenSSL 3.0 at security level 1",
    minimum_bits={"RSA": 1024, "EC": 160},
    refuses_clients_by="close",
    insists_in_tls=True,
)

_FIRST = stage("chain", "certificate-presented readable")
_ANCHOR = stage("chain", "directly-trusted trust-anchor chain-depth")
_PROOF = stage("chain", "proof-of-possession")

_GNUTLS_PATH = (
    _ANCHOR,
    stage("issuers", "basic-constraints path-length key-usage"),
    stage(
        "anchor first", "key-strength named-curve signature-algorithm signature critical-extensions validity"
    ),
    stage("leaf", "extended-key-usage"),
    stage("chain", "name-constraints server-name revocation"),
)
GNUTLS = Profile(
    name="gnutls",
    description="GnuTLS 3.7.9 as gnutls-serv --require-client-cert --verify-client-cert uses it",
    stages=(_FIRST, stage("leaf", "key-usage"), _PROOF, *_GNUTLS_PATH),
    stages_12=(_FIRST, *_GNUTLS_PATH, stage("leaf", "key-usage"), _PROOF),
    alerts=GNUTLS_ALERTS,
    omissions=(
        Omission(
            CheckName.EXTENDED_KEY_USAGE,
            "Not checked: gnutls-serv does not look at the purposes that a certificate names.",
            role="client",
        ),
    ),
    verdict_at={"1.2": "Certificate", "1.3": "CertificateVerify"},
    leaf_key_usages=SIGNS,
    one_list=True,
    needs_no_list=True,
    minimum_bits={"RSA": 1024},
    exacting=False,
)

_JSSE_CERTIFICATE = "key-strength named-curve signature-algorithm"
JSSE = Profile(
    name="jsse",
    description="JSSE of Java 17 with its PKIX trust manager",
    stages=(
        _FIRST,
        _ANCHOR,
        stage(
            "issuers",
            f"{_JSSE_CERTIFICATE} key-usage basic-constraints path-length validity signature "
            "critical-extensions",
        ),
        stage("chain", "name-constraints"),
        stage("leaf", f"{_JSSE_CERTIFICATE} validity signature critical-extensions"),
        stage("chain", "revocation"),
        stage("leaf", "key-usage extended-key-usage"),
        stage("issuers", "extended-key-usage"),
        stage("chain", "server-name proof-of-possession"),
    ),
    alerts=JSSE_ALERTS,
    max_depth=9,  # it takes ten certificates of a client, its leaf among them
    omissions=(
        Omission(
            CheckName.EXTENDED_KEY_USAGE,
            "Not checked: JSSE looks at the purposes of the leaf alone, and not at those of its CAs.",
            "issuers",
        ),
    ),
    leaf_key_usages=SIGNS,
    obeys_ca_hints=True,
    spared_anchor=frozenset(CheckName),
    any_purpose=True,
    common_name_fallback=True,
    minimum_bits={"RSA": 1024, "EC": 224},
    refused_hashes=frozenset({"md5"}),
    exacting=False,
)

_GO_SEARCH = (
    _FIRST,
    stage("leaf", "named-curve critical-extensions validity key-strength key-usage"),
    stage(
        "issuer by issuer",
        "named-curve basic-constraints key-usage signature-algorithm signature critical-extensions validity "
        "path-length",
    ),
)
_GO_LAST = stage("chain", "server-name revocation proof-of-possession")
_CONSTRAINTS, _PURPOSES = stage("chain", "name-constraints"), stage("anchor first", "extended-key-usage")
GO = Profile(
    name="go",
    description="crypto/tls of Go 1.19",
    stages=(*_GO_SEARCH, _CONSTRAINTS, _ANCHOR, _PURPOSES, _GO_LAST),
    alerts=GO_ALERTS,
    omissions=(
        Omission(CheckName.KEY_USAGE, "Not checked: Go does not look at the key usage of a leaf.", "leaf"),
        Omission(CheckName.KEY_STRENGTH, "Not checked: Go asks for no minimum length of a key."),
        Omission(CheckName.REVOCATION, "Not checked: Go does not look up revocation, by lists or by OCSP."),
    ),
    leaf_key_usages=SIGNS,
    obeys_ca_hints=True,
    judges_while_searching=True,
    foreign_keys=("RSA-PSS", "Ed448"),
    any_purpose=True,
    minimum_bits={},
)

NSS = Profile(
    name="nss",
    description="NSS 3.87 as selfserv -rr uses it",
    stages=(
        _FIRST,
        stage("leaf", "validity key-usage extended-key-usage key-strength named-curve critical-extensions"),
        stage(
            "issuer by issuer",
            "named-curve basic-constraints validity signature-algorithm signature critical-extensions "
            "path-length key-usage",
        ),
        stage("chain", "name-constraints"),
        _ANCHOR,
        stage("issuers", "extended-key-usage"),
        stage("chain", "server-name revocation proof-of-possession"),
    ),
    alerts=NSS_ALERTS,
    omissions=(
        Omission(
            CheckName.EXTENDED_KEY_USAGE,
            "Not checked: NSS looks at the purposes of the leaf alone, and not at those of its CAs.",
            "issuers",
        ),
        Omission(CheckName.KEY_STRENGTH, "Not checked: NSS takes RSA keys from 1023 bits on."),
    ),
    leaf_key_usages=SIGNS,
    judges_while_searching=True,
    foreign_keys=("Ed25519", "Ed448"),
    spared_anchor=frozenset({CheckName.CRITICAL_EXTENSIONS}),
    early_tolerance=timedelta(days=1),
    minimum_bits={},
    refused_hashes=frozenset({"md5"}),
    exacting=False,
)

GO_127 = replace(
    GO,
    name="go-1.27",
    description="crypto/tls of Go 1.27",
    stages=(*_GO_SEARCH, _ANCHOR, _PURPOSES, _CONSTRAINTS, _GO_LAST),
    alerts=GO_127_ALERTS,
)

_BORINGSSL_CHAIN = (
    stage("leaf first", "critical-extensions basic-constraints extended-key-usage path-length named-curve"),
    stage("leaf first", "signature-algorithm"),
    stage("chain", "server-name revocation"),
    stage("anchor first", "signature validity"),
    stage("chain", "name-constraints proof-of-possession"),
)
# An issuer that may not sign certificates is no issuer for BoringSSL, so its path ends below.
_BORINGSSL_ANCHOR = (_ANCHOR, stage("issuers", "key-usage"))
BORINGSSL = Profile(
    name="boringssl",
    description="BoringSSL with its own path building (not Chromium's), as Python's utls uses it",
    stages=(
        _FIRST,
        stage("leaf", "key-usage"),
        *_BORINGSSL_ANCHOR,
        stage("leaf", "critical-extensions extended-key-usage key-strength"),
        *_BORINGSSL_CHAIN,
    ),
    stages_12=(
        _FIRST,
        *_BORINGSSL_ANCHOR,
        stage("leaf", "critical-extensions extended-key-usage key-usage key-strength"),
        *_BORINGSSL_CHAIN,
    ),
    alerts=BORINGSSL_ALERTS,
    omissions=(
        Omission(CheckName.KEY_STRENGTH, "Not checked: BoringSSL asks for no minimum length of a key."),
    ),
    leaf_key_usages=SIGNS,
    one_path=True,
    one_list=True,
    common_name_fallback=True,
    spared_anchor=frozenset(
        {
            CheckName.CRITICAL_EXTENSIONS,
            CheckName.EXTENDED_KEY_USAGE,
            CheckName.PATH_LENGTH,
            CheckName.BASIC_CONSTRAINTS,
        }
    ),
    excludes_not_after=True,
    minimum_bits={},
    refused_hashes=frozenset({"md5"}),
    exacting=False,
)

STACKS = (OPENSSL, GNUTLS, JSSE, GO, GO_127, NSS, BORINGSSL, NGINX, NODE)
