"""The ``strict`` profile against pyca's verifier, on chains that this program issues."""

from __future__ import annotations

from datetime import UTC

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from simulator.pki.issuing import Issuer
from simulator.pki.keys import KeyType
from simulator.trust.judge import judge
from tests.trust.worlds import DAY, FAULTS, HOST, NOW, Issued, contents, issue, key

# Where we and pyca's verifier differ, and why.
DIFFERENCES = {
    ("client", "leaf for any purpose"): "RFC 5280 §4.2.1.12 lets a verifier take any purpose; pyca does not",
    ("server", "leaf for any purpose"): "RFC 5280 §4.2.1.12 lets a verifier take any purpose; pyca does not",
    ("client", "leaf may only encipher keys"): "pyca leaves a leaf's key usage to the protocol",
    ("server", "leaf may only encipher keys"): "pyca leaves a leaf's key usage to the protocol",
    ("client", "leaf may only agree on keys"): "pyca leaves a leaf's key usage to the protocol",
    ("server", "leaf may only agree on keys"): "pyca leaves a leaf's key usage to the protocol",
    ("client", "leaf's key weak"): "pyca looks at the strength of issuers' keys only",
    ("server", "leaf's key weak"): "pyca looks at the strength of issuers' keys only",
    ("client", "leaf named by common name only"): "pyca demands subjectAltName of clients, RFC 5280 does not",
}


def pyca_accepts(issued: Issued) -> bool:
    """What pyca's verifier says to the chain."""
    leaf, *others = [x509.load_der_x509_certificate(der) for der in issued.presented]
    store = Store([x509.load_der_x509_certificate(certificate.der) for certificate in issued.trusted])
    builder = PolicyBuilder().store(store).time(NOW.astimezone(UTC).replace(tzinfo=None))
    try:
        if issued.role == "client":
            builder.build_client_verifier().verify(leaf, others)
        else:
            builder.build_server_verifier(x509.DNSName(HOST)).verify(leaf, others)
    except VerificationError:
        return False
    return True


def we_accept(issued: Issued) -> bool:
    """What our strict profile says to the chain."""
    return judge(issued.presented, issued.policy(profile="strict"), NOW, tls="1.3").accepted


@pytest.mark.parametrize("role", ["client", "server"])
def test_agrees_but_for_the_named_differences(role: str) -> None:
    """With one fault we agree with pyca, but where the difference has a name and a reason."""
    differences = set()
    for fault in FAULTS:
        issued = issue(role, ("leaf with an alternative name", fault))  # type: ignore[arg-type]
        if we_accept(issued) != pyca_accepts(issued):
            differences.add((role, fault))
    assert differences == {case for case in DIFFERENCES if case[0] == role}


def test_ed25519() -> None:
    """An Ed25519 chain is good for us; pyca's verifier does not know the algorithm for chains."""
    years = {"not_before": NOW - 1000 * DAY, "not_after": NOW + 1000 * DAY}
    root = Issuer.self_signed(key("ed root", KeyType.ED25519), contents("CN=Ed Root", "ca", **years))
    leaf = root.issue(key("ed leaf", KeyType.ED25519), contents("CN=ed", "client", alternative_names=(HOST,)))
    issued = Issued("client", (leaf.certificate,), (root.own.certificate,), leaf.private_key)
    assert we_accept(issued) is True
    assert pyca_accepts(issued) is False
