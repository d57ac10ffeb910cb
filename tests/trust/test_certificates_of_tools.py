"""Eight certificates as eight tools make them are read, and judged without a wrong sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.pki import der
from simulator.pki.bundles import load_certificates
from simulator.pki.certificate import Certificate
from simulator.pki.key_files import load_private_key
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.pki.damaged import MACHINE_NOW, authority, certificate
from tests.pki.of_tools import MADE, WRITTEN
from tests.pki.samples import openssl
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.trust.verdict import Check

ACCEPTED = (None, None)
# Tool and profile → the decisive check with its field, and its sentence.
SUBJECT = "has '\\xfc' in TeletexString, which does not allow it"
NOT_JUDGED = (
    "Not judged here: the key of alice is of a kind that this program cannot verify (ML-DSA-65)."
    " It refuses, and another program may accept."
)
DECISIVE = {
    ("a device", "openssl"): ACCEPTED,
    ("a device", "rfc5280"): ("subject", f"The subject of certificate number 1 of 1 {SUBJECT}."),
    ("ML-DSA", "openssl"): ("not judged here", NOT_JUDGED),
    ("ML-DSA", "rfc5280"): ("not judged here", NOT_JUDGED),
}
SUBJECTS = {
    "certutil": "CN=alice,O=Example",
    "certtool": "CN=alice",
    "easy-rsa": "CN=client1",
    "AD CS": "1.2.840.113549.1.9.1=alice@corp.example,CN=Alice,DC=corp,DC=example",
    "a device": "CN=Tür 7",
    "ML-DSA": "CN=alice",
    "openssl": "1.2.840.113549.1.9.1=alice@example.org,CN=alice,O=Example,C=DE",
    "keytool": "CN=alice,O=Example",
}


def decisive(leaf: Certificate, profile: str, *trusted: Certificate) -> Check | None:
    """The check that decides against a certificate, or None."""
    now = max(MACHINE_NOW, datetime.now(UTC))
    policy = TrustPolicy("client", TrustStore.of(trusted), profile=profile)
    return judge([leaf.der], policy, now, tls="1.3").decisive


@pytest.mark.parametrize("tool", WRITTEN)
def test_certificates_in_the_shapes_of_tools(tool: str, tmp_path: Path) -> None:
    """Each is read; OpenSSL's profile and path validation say what is true of it."""
    leaf, root = Certificate.parse(WRITTEN[tool](tmp_path)), authority().own.certificate
    assert leaf.subject == SUBJECTS[tool]
    for profile in PROFILES:
        check = decisive(leaf, profile, root)
        assert check is None or check.sentence
        if profile in ("openssl", "rfc5280"):
            expected = DECISIVE.get((tool, profile), ACCEPTED)
            assert (check and check.field, check and check.sentence) == expected


@pytest.mark.parametrize("tool", MADE)
def test_certificates_made_by_tools(tool: str, tmp_path: Path) -> None:
    """What the tool itself makes is read, trusted where it is in the store, and unknown where it is not."""
    if tool == "keytool" and not EVERYTHING:
        pytest.skip("keytool takes a second")
    leaf = Certificate.parse(MADE[tool](tmp_path))
    assert leaf.subject == SUBJECTS[tool]
    assert leaf.misencoded == ()
    for profile in ("openssl", "rfc5280"):
        assert decisive(leaf, profile, leaf) is None
        check = decisive(leaf, profile, authority().own.certificate)
        assert check is not None
        said = f"The certificate of {leaf.common_name} is self-signed and is not itself in the trust store."
        assert (check.name, check.sentence) == ("trust-anchor", said)


def test_the_names_of_a_windows_user_are_kept(tmp_path: Path) -> None:
    """The user principal name is a name of another kind, which is there and compared by no rule here."""
    leaf = Certificate.parse(WRITTEN["AD CS"](tmp_path))
    assert leaf.subject_alternative_name is not None
    assert leaf.subject_alternative_name.others == ("otherName",)
    assert leaf.extended_key_usage == ("1.3.6.1.4.1.311.10.3.4", "emailProtection", "clientAuth")
    assert leaf.misencoded == ()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_signature_of_a_foreign_kind_is_not_judged(profile: str) -> None:
    """A certificate signed in a way that is unknown here leads to its issuer, and the line says so."""
    ecdsa, unknown = (der.object_identifier(f"1.2.840.10045.4.{arc}.2") for arc in (3, 9))
    check = decisive(
        Certificate.parse(certificate().replace(ecdsa, unknown)), profile, authority().own.certificate
    )
    assert check is not None
    assert (
        check.sentence.startswith("Not judged here: the signature on alice is of a kind")
        or profile == "strict"
    )
    assert "1.2.840.10045.4.9.2" in check.value or profile == "strict"


# What `openssl req -newkey` makes, and the name of the key.
KEYS_OF_OPENSSL = {
    "ed448": (["ed448"], "Ed448"),
    "P-521": (["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], "P-521"),
    "brainpoolP256r1": (["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"], "EC brainpoolP256r1"),
    "brainpoolP384r1": (["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP384r1"], "EC brainpoolP384r1"),
    "brainpoolP512r1": (["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP512r1"], "EC brainpoolP512r1"),
    "RSA-PSS": (["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], "RSA-PSS-2048"),
}


@pytest.mark.parametrize("kind", KEYS_OF_OPENSSL)
def test_keys_from_outside_are_judged(kind: str, tmp_path: Path) -> None:
    """OpenSSL's CA with such a key and a leaf below it are accepted here as OpenSSL accepts them."""
    options, named = KEYS_OF_OPENSSL[kind]
    ca, leaf = tmp_path / "ca.pem", tmp_path / "leaf.pem"
    made = ["req", "-x509", "-nodes", "-newkey", *options]
    openssl(*made, "-subj", "/CN=CA", "-keyout", tmp_path / "ca.key", "-out", ca)
    below = ["-CA", ca, "-CAkey", tmp_path / "ca.key", "-subj", "/CN=leaf"]
    usage = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=clientAuth"]
    openssl(*made, *below, *usage, "-keyout", tmp_path / "leaf.key", "-out", leaf)
    said = openssl("verify", "-purpose", "sslclient", "-auth_level", "2", "-CAfile", ca, leaf)
    assert said.returncode == 0, said.stderr
    (root,), (child,) = load_certificates(ca.read_bytes()), load_certificates(leaf.read_bytes())
    assert child.key_type_name == named
    assert child.signature_problem(root) is None
    for profile in ("openssl", "rfc5280"):
        assert decisive(child, profile, root) is None
    load_private_key((tmp_path / "leaf.key").read_bytes())
    spoiled = Certificate.parse(child.der[:-1] + bytes([child.der[-1] ^ 1]))
    assert spoiled.signature_problem(root) is not None
