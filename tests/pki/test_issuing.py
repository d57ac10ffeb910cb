from dataclasses import fields
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from simulator.errors import CertificateError
from simulator.pki.bundles import write_pem
from simulator.pki.contents import DEFAULT, Contents
from simulator.pki.files.pem import pem_block
from simulator.pki.issuing import (
    Issued,
    Issuer,
    read_request,
    seeded_serial_number,
    write_request,
)
from simulator.pki.keys import KeyType
from tests.pki.samples import ENTROPY, KEY_TYPES, NOW, contents, key, openssl, root, subordinate
from tests.played import EVERYTHING, by_turns, for_each

AT = ("-attime", str(int(NOW.timestamp())))

# Where not everything is tried, each kind of key issues for itself, for P-256, and has P-256 above it.
PAIRS_OF_KEYS = [
    pair
    for pair in product(KEY_TYPES, KEY_TYPES)
    if EVERYTHING or KeyType.P256 in pair or len(set(pair)) == 1
]


def chain_of_three(root_type: KeyType, other_type: KeyType, role: str) -> tuple[Issuer, Issued]:
    """A root, and a leaf below an intermediate."""
    top = root(root_type)
    middle = subordinate(
        top,
        key(other_type, "intermediate"),
        contents("CN=Intermediate", "ca", serial_number=2, path_length=0),
    )
    changes = {"alternative_names": ("host.example",)}
    return top, middle.issue(key(other_type, "leaf"), contents("CN=leaf", role, serial_number=3, **changes))


@pytest.mark.parametrize(
    ("root_type", "other_type", "role"),
    by_turns(((*pair, role) for pair in PAIRS_OF_KEYS for role in ("client", "server")), 2),
)
def test_openssl_accepts_every_chain(
    root_type: KeyType, other_type: KeyType, role: str, tmp_path: Path
) -> None:
    """`openssl verify -x509_strict` accepts root, intermediate and leaf for each pair of key types."""
    top, leaf = chain_of_three(root_type, other_type, role)
    trusted, between = tmp_path / "root.pem", tmp_path / "between.pem"
    trusted.write_bytes(write_pem([top.own.certificate]))
    between.write_bytes(write_pem(leaf.chain))
    purpose = ("-purpose", f"ssl{role}", "-x509_strict")
    arguments = ("verify", *AT, *purpose, "-trusted", trusted, "-untrusted", between)
    result = openssl(*arguments, data=write_pem([leaf.certificate]))
    assert (result.returncode, result.stdout) == (0, b"stdin: OK\n"), result.stderr
    wrong = ("-purpose", "sslserver" if role == "client" else "sslclient")
    result = openssl(
        "verify", *AT, *wrong, "-trusted", trusted, "-untrusted", between, data=write_pem([leaf.certificate])
    )
    assert result.returncode != 0


@for_each("role", ["client", "server"])
@for_each("root_type, other_type", PAIRS_OF_KEYS)
def test_the_library_accepts_every_chain_of_web_keys(
    root_type: KeyType, other_type: KeyType, role: str
) -> None:
    """The verifier of cryptography accepts each chain, unless its web profile never accepts such a key."""
    top, leaf = chain_of_three(root_type, other_type, role)
    load = x509.load_der_x509_certificate
    builder = PolicyBuilder().store(Store([load(top.own.certificate.der)])).time(NOW)
    verifier = (
        builder.build_client_verifier()
        if role == "client"
        else builder.build_server_verifier(x509.DNSName("host.example"))
    )
    try:
        verifier.verify(load(leaf.certificate.der), [load(one.der) for one in leaf.chain])
        accepted = True
    except VerificationError:
        accepted = False
    web_keys = {KeyType.P256, KeyType.P384, KeyType.P521, KeyType.RSA2048}
    assert accepted == ({root_type, other_type} <= web_keys)


def test_a_chain_has_no_root() -> None:
    """An identity presents its certificate and the intermediates, nearest first, without the root."""
    top, leaf = chain_of_three(KeyType.P256, KeyType.P256, "client")
    assert [one.subject for one in leaf.presented] == ["CN=leaf", "CN=Intermediate"]
    assert top.own.chain == ()
    assert top.issue(key(), contents("CN=direct", "client")).chain == ()
    assert leaf.chain[0].signature_problem(top.own.certificate) is None


def test_an_intermediate_of_its_roots_name_is_not_taken_for_a_root() -> None:
    """Below a CA that carries its issuer's name the chain still holds that CA."""
    top = root()
    same_name = subordinate(top, key(label="new key"), contents("CN=Root,O=Example", "ca"))
    leaf = same_name.issue(key(label="leaf"), contents("CN=leaf", "client"))
    assert leaf.chain == (same_name.own.certificate,)


DEFAULTS = {
    "ca": ("CA:TRUE", "Certificate Sign, CRL Sign", None, None, "Subject Key Identifier", None),
    "client": (
        "CA:FALSE",
        "Digital Signature",
        "TLS Web Client Authentication",
        None,
        "Subject Key Identifier",
        "Authority Key Identifier",
    ),
    "server": (
        "CA:FALSE",
        "Digital Signature",
        "TLS Web Server Authentication",
        "DNS:host.example",
        "Subject Key Identifier",
        "Authority Key Identifier",
    ),
}
REPLACED = {
    "is_ca": (False, "CA:FALSE"),
    "key_usage": (("keyAgreement", "encipherOnly"), "Key Agreement, Encipher Only"),
    "extended_key_usage": (("codeSigning", "1.2.3.4"), "Code Signing, 1.2.3.4"),
    "alternative_names": (("x.example", "192.0.2.7"), "DNS:x.example, IP Address:192.0.2.7"),
    "subject_key_identifier": (b"\xab\xcd", "AB:CD"),
    "authority_key_identifier": (b"\xef\x01", "EF:01"),
}


@pytest.mark.parametrize("role", DEFAULTS)
@pytest.mark.parametrize("extension", REPLACED)
def test_each_extension_is_default_replaced_or_absent(role: str, extension: str, tmp_path: Path) -> None:
    """As openssl prints it, every extension of every role can be the default, replaced, or left out."""
    replaced, shown = REPLACED[extension]
    top = None if role == "ca" else root()

    made = []
    for value in (DEFAULT, replaced, None):
        what = contents("CN=host.example", role, **{extension: value})
        issued = Issuer.self_signed(key(), what).own if top is None else top.issue(key(), what)
        made.append(issued.certificate)
    file = tmp_path / "three.pem"
    file.write_bytes(write_pem(made))
    text = openssl("storeutl", "-certs", "-noout", "-text", file).stdout.decode()
    default, other, absent = (
        part.split("Signature Algorithm")[0] for part in text.split("X509v3 extensions:")[1:]
    )
    default_shown = DEFAULTS[role][list(REPLACED).index(extension)]
    assert default_shown is None or default_shown in default
    assert shown in other
    assert shown not in absent
    assert default_shown is None or default_shown not in absent


def test_every_extension_field_is_tried() -> None:
    """The table above names every field of the contents that has a default."""
    with_default = [field.name for field in fields(Contents) if field.default is DEFAULT]
    assert with_default == list(REPLACED)


def test_a_request_is_signed_by_its_key() -> None:
    """OpenSSL verifies the request, and its subject and key come out in the certificate."""
    for key_type in KEY_TYPES:
        request = write_request(key(key_type), "CN=alice,O=Example")
        said = openssl("req", "-verify", "-noout", "-subject", data=pem_block("CERTIFICATE REQUEST", request))
        assert b"verify OK" in said.stdout + said.stderr
        made = root().certify_request(request, contents("CN=alice,O=Example", "client"))
        assert made == root().issue(key(key_type), contents("CN=alice,O=Example", "client")).certificate


def test_a_request_with_a_foreign_signature_is_refused() -> None:
    """An authority issues nothing on a request whose signature is not that of the key inside."""
    honest = write_request(key(), "CN=alice")
    forged = honest[:-1] + bytes([honest[-1] ^ 1])
    with pytest.raises(CertificateError, match="not signed by the key it carries"):
        root().certify_request(forged, contents("CN=alice", "client"))


def test_a_request_for_somebody_else_is_refused() -> None:
    """The subject that asks must be the one the certificate is meant for."""
    with pytest.raises(CertificateError, match=r"Got: CN=mallory\. Expected: CN=alice"):
        root().certify_request(write_request(key(), "CN=mallory"), contents("CN=alice", "client"))


def test_a_request_with_an_unusual_key_is_refused() -> None:
    """A kind of key that nothing is issued for is named."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name.from_rfc4514_string("CN=a"))
    request = builder.sign(mldsa.MLDSA65PrivateKey.generate(), None).public_bytes(Encoding.DER)
    with pytest.raises(CertificateError, match="Got: ML-DSA-65"):
        root().certify_request(request, contents("CN=a", "client"))


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\x30\x03\x02\x01\x00"])
def test_rubbish_is_no_request(data: bytes) -> None:
    """Bytes that are no request are refused as such."""
    with pytest.raises(CertificateError, match="cannot be read as a certificate signing request"):
        read_request(data)


@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.RSA2048])
def test_openssl_finds_sha1_too_weak(key_type: KeyType, tmp_path: Path) -> None:
    """A certificate signed with SHA-1 is sound but weak: accepted at level 0, refused at level 2."""
    top = root(key_type)
    weak = top.issue(key(), contents("CN=weak", "client", signature_hash="sha1")).certificate
    assert (weak.signature_hash, weak.signature_problem(top.own.certificate)) == ("sha1", None)
    trusted = tmp_path / "root.pem"
    trusted.write_bytes(write_pem([top.own.certificate]))
    pem = write_pem([weak])
    assert openssl("verify", *AT, "-trusted", trusted, "-auth_level", "0", data=pem).returncode == 0
    refused = openssl("verify", *AT, "-trusted", trusted, "-auth_level", "2", data=pem)
    assert b"digest algorithm too weak" in refused.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": "alice"}, "cannot be read"),
        ({"subject": "CN=" + "a" * 65}, "length must be"),
        ({"not_after": NOW - timedelta(days=400)}, "No certificate can be made for CN=alice"),
        ({"serial_number": 0}, "No certificate can be made"),
        ({"serial_number": 1 << 160}, "No certificate can be made"),
        ({"key_usage": ("signEverything",)}, "There is no such key usage. Got: signEverything"),
        ({"key_usage": ("encipherOnly",)}, "No certificate can be made"),
        ({"extended_key_usage": ("webAuth",)}, "no such extended key usage"),
        ({"extended_key_usage": ()}, "No certificate can be made|cannot be read"),
        ({"alternative_names": ("ü.example",)}, "No certificate can be made"),
        ({"role": "ca", "path_length": -1}, "No certificate can be made"),
        ({"signature_hash": "sha3"}, "cannot sign with this hash"),
        ({"further_extensions": (("2.5.29.15", True, b"\x05\x00"),)}, "No certificate can be made"),
    ],
)
def test_impossible_contents_are_a_certificate_error(changes: dict[str, object], said: str) -> None:
    """What cannot stand in a certificate is refused in words, never as a library's traceback."""
    usual = {"subject": "CN=alice", "role": "client"}
    merged = {**usual, **changes}
    with pytest.raises(CertificateError, match=said):
        root().issue(key(), contents(**merged))  # type: ignore[arg-type]  # that is the mistake


def test_an_ed25519_issuer_takes_no_hash() -> None:
    """Asking Ed25519 for SHA-1 is refused; its signature scheme has no choice of hash."""
    with pytest.raises(CertificateError, match="leave the hash out"):
        root(KeyType.ED25519).issue(key(), contents("CN=a", "client", signature_hash="sha1"))


def test_serial_numbers_are_positive_and_of_one_length() -> None:
    """A thousand seeded serial numbers are distinct, positive, and 16 octets long."""
    numbers = [seeded_serial_number(ENTROPY, f"serial {index}") for index in range(1000)]
    assert len(set(numbers)) == 1000
    assert {number.bit_length() for number in numbers} == {126}


def test_dates_after_2049_are_written_as_generalized_time() -> None:
    """A certificate that is valid beyond 2049 comes back with that date."""
    late = NOW + timedelta(days=365 * 40)
    made = Issuer.self_signed(key(), contents("CN=late", "client", not_after=late))
    assert made.own.certificate.not_after == late


def test_the_sha1_signature_is_that_of_the_bare_key() -> None:
    """The library verifies the ECDSA-SHA-1 signature over the signed part that stands in the certificate."""
    weak = root().issue(key(), contents("CN=weak", "client", signature_hash="sha1")).certificate
    public_key = root().own.certificate.public_key
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    public_key.verify(weak.signature, weak.tbs_bytes, ec.ECDSA(hashes.SHA1()))
