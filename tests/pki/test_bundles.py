from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from simulator.errors import CertificateError, PasswordError, SimulatorError
from simulator.pki.bundles import (
    load_certificates,
    load_pkcs12,
    with_chain,
    write_pem,
    write_pkcs12,
)
from simulator.pki.files.pem import pem_block
from simulator.pki.issuing import Issued
from simulator.pki.key_files import load_private_key, write_private_key
from simulator.pki.keys import KeyType, PrivateKey
from tests.pki.samples import KEY_TYPES, contents, key, openssl, root, subordinate

PASSWORD = 'pässword & "quotes"'


def alice(key_type: KeyType = KeyType.P256) -> Issued:
    """An identity with an intermediate above it."""
    middle = subordinate(root(key_type), key(label="middle"), contents("CN=Middle", "ca"))
    return middle.issue(key(key_type, "alice"), contents("CN=alice", "client"))


def numbers(private_key: PrivateKey) -> bytes:
    """The public half, for comparing keys."""
    return private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_pem_is_what_openssl_writes() -> None:
    """The PEM of a certificate is byte for byte openssl's."""
    one = alice().certificate
    assert write_pem([one]) == openssl("x509", "-inform", "DER", data=one.der).stdout


def test_several_certificates_come_back_in_order() -> None:
    """PEM with text between the blocks, and DER, give the certificates that were put in."""
    presented = alice().presented
    text = b"Bag Attributes: <No Attributes>\r\n".join(
        [b"", *(write_pem([one]).replace(b"\n", b"\r\n") for one in presented)]
    )
    assert load_certificates(text) == presented
    assert load_certificates(presented[0].der) == presented[:1]
    assert load_certificates(write_private_key(key()) + write_pem(presented)) == presented


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("password", [None, PASSWORD])
def test_private_keys_come_back(key_type: KeyType, password: str | None) -> None:
    """A key that is written, with or without a password, is the key that is read."""
    written = write_private_key(key(key_type), password)
    assert (b"ENCRYPTED" in written) == (password is not None)
    assert numbers(load_private_key(written, password)) == numbers(key(key_type))


@pytest.mark.parametrize("options", [[], ["-aes256", "-passout", "pass:secret"]])
@pytest.mark.parametrize("form", ["pkey", "ec", "ec-der"])
def test_keys_that_openssl_wrote_are_read(form: str, options: list[str]) -> None:
    """PKCS#8 and the older SEC 1 form, PEM and DER, plain and encrypted, open with their password."""
    if form == "ec-der":
        data = openssl(
            "pkcs8",
            "-topk8",
            "-outform",
            "DER",
            *(["-nocrypt"] if not options else options[1:]),
            data=write_private_key(key()),
        ).stdout
    else:
        data = openssl(form, *options, data=write_private_key(key())).stdout
    assert numbers(load_private_key(data, "secret" if options else None)) == numbers(key())


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_pkcs12_goes_out_and_comes_in(key_type: KeyType) -> None:
    """Certificate, chain and key of a PKCS#12 file are those that were put in."""
    written = write_pkcs12(alice(key_type), PASSWORD, "alice's identity")
    read = load_pkcs12(written, PASSWORD)
    assert (read.certificate, read.chain) == (alice(key_type).certificate, alice(key_type).chain)
    assert numbers(read.private_key) == numbers(alice(key_type).private_key)


def test_openssl_opens_our_pkcs12(tmp_path: Path) -> None:
    """`openssl pkcs12` finds both certificates, the key and the friendly name."""
    file = tmp_path / "alice.p12"
    file.write_bytes(write_pkcs12(alice(), PASSWORD, "alice"))
    said = openssl("pkcs12", "-in", file, "-nodes", "-passin", f"pass:{PASSWORD}")
    assert load_certificates(said.stdout) == alice().presented
    assert numbers(load_private_key(said.stdout)) == numbers(alice().private_key)
    assert b"friendlyName: alice" in said.stdout


@pytest.mark.parametrize("password", ["secret", ""])
def test_pkcs12_that_openssl_wrote_is_read(password: str, tmp_path: Path) -> None:
    """A PKCS#12 file from openssl, even with the empty password, opens."""
    everything = tmp_path / "all.pem"
    everything.write_bytes(write_private_key(alice().private_key) + write_pem(alice().presented))
    data = openssl("pkcs12", "-export", "-in", everything, "-passout", f"pass:{password}").stdout
    assert load_pkcs12(data, password).presented == alice().presented


def test_an_identity_is_sorted_out_of_a_heap_of_certificates() -> None:
    """The key finds its certificate, the chain is put in order, and root and strangers are left out."""
    stranger = root(subject="CN=Stranger").own.certificate
    heap = [stranger, root().own.certificate, *reversed(alice().presented), stranger]
    made = with_chain(heap, alice().private_key)
    assert made.presented == alice().presented


def test_an_issuer_is_found_by_name_and_not_by_spelling() -> None:
    """A CA that writes its own name otherwise than its certificate does still belongs to the chain."""
    spelled, shouted = (
        subordinate(root(), key(label="ca"), contents(subject, "ca")) for subject in ("CN=My CA", "cn=MY  CA")
    )
    leaf = shouted.issue(key(label="leaf"), contents("CN=alice", "client"))
    assert leaf.certificate.issuer_der != spelled.own.certificate.subject_der
    made = with_chain([spelled.own.certificate, leaf.certificate], leaf.private_key)
    assert made.presented == (leaf.certificate, spelled.own.certificate)


CUT_PEM = write_pem([alice().certificate])[:-20]
DSA_KEY = dsa.generate_private_key(1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
P521 = ec.generate_private_key(ec.SECP521R1())
ONLY_CERTIFICATE = pkcs12.serialize_key_and_certificates(
    b"none",
    None,
    None,
    [load_der_x509_certificate(alice().certificate.der)],
    NoEncryption(),
)
BAD: dict[str, tuple[Callable[[], object], type[SimulatorError], str]] = {
    "empty file": (lambda: load_certificates(b" \n"), CertificateError, "an empty file"),
    "not PEM": (lambda: load_certificates(b"hello"), CertificateError, "There is no certificate inside"),
    "only a key": (
        lambda: load_certificates(write_private_key(key())),
        CertificateError,
        "There is no certificate inside. Got: a PEM file with PRIVATE KEY",
    ),
    "only an encrypted key": (
        lambda: load_certificates(
            openssl("ec", "-aes256", "-passout", "pass:x", data=write_private_key(key())).stdout
        ),
        CertificateError,
        "Got: a PEM file with EC PRIVATE KEY",
    ),
    "cut off": (lambda: load_certificates(CUT_PEM), CertificateError, "was cut off"),
    "damaged base64": (
        lambda: load_certificates(write_pem([alice().certificate]).replace(b"M", b"?", 1)),
        CertificateError,
        "A PEM block is damaged",
    ),
    "lost base64": (
        lambda: load_certificates(write_pem([alice().certificate]).replace(b"MII", b"MI", 1)),
        CertificateError,
        "A PEM block is damaged|cannot be read as a certificate",
    ),
    "rubbish in PEM": (
        lambda: load_certificates(pem_block("CERTIFICATE", b"rubbish")),
        CertificateError,
        "cannot be read as a certificate",
    ),
    "truncated DER": (
        lambda: load_certificates(alice().certificate.der[:-1]),
        CertificateError,
        "There is no certificate inside. Got: DER whose end is missing",
    ),
    "no key": (
        lambda: load_private_key(write_pem([alice().certificate])),
        CertificateError,
        "There is no private key inside. Got: a PEM file with CERTIFICATE",
    ),
    "empty key file": (lambda: load_private_key(b""), CertificateError, "Got: an empty file"),
    "key cut off": (
        lambda: load_private_key(write_private_key(key())[:-30]),
        CertificateError,
        "The private key is cut off",
    ),
    "damaged key": (
        lambda: load_private_key(pem_block("PRIVATE KEY", b"rubbish")),
        CertificateError,
        "The private key cannot be read",
    ),
    "damaged DER key": (
        lambda: load_private_key(b"\x30\x00"),
        CertificateError,
        "There is no private key inside. Got: DER of another kind",
    ),
    "key of another kind": (lambda: load_private_key(DSA_KEY), CertificateError, "Got: DSA-1024"),
    "key without password": (
        lambda: load_private_key(write_private_key(key(), "secret")),
        PasswordError,
        "The private key is encrypted. Got: no password",
    ),
    "key with wrong password": (
        lambda: load_private_key(write_private_key(key(), "secret"), "Secret"),
        PasswordError,
        "does not open with this password",
    ),
    "old key with wrong password": (
        lambda: load_private_key(
            openssl("ec", "-aes256", "-passout", "pass:secret", data=write_private_key(key())).stdout,
            "Secret",
        ),
        PasswordError,
        "does not open with this password",
    ),
    "key with needless password": (
        lambda: load_private_key(write_private_key(key()), "secret"),
        PasswordError,
        "the private key is not encrypted",
    ),
    "empty password for a key": (lambda: write_private_key(key(), ""), PasswordError, "password is empty"),
    "empty password for PKCS#12": (
        lambda: write_pkcs12(alice(), "", "alice"),
        PasswordError,
        "password is empty",
    ),
    "PKCS#12 with wrong password": (
        lambda: load_pkcs12(write_pkcs12(alice(), "secret", "alice"), "Secret"),
        PasswordError,
        "does not open with this password",
    ),
    "PKCS#12 without password": (
        lambda: load_pkcs12(write_pkcs12(alice(), "secret", "alice"), None),
        PasswordError,
        "does not open without a password",
    ),
    "PKCS#12 that is PEM": (
        lambda: load_pkcs12(write_pem([alice().certificate]), "secret"),
        CertificateError,
        "This is not a PKCS#12 file",
    ),
    "PKCS#12 that is a certificate": (
        lambda: load_pkcs12(alice().certificate.der, "secret"),
        CertificateError,
        "This is not a PKCS#12 file. Got: a DER certificate",
    ),
    "PKCS#12 cut off": (
        lambda: load_pkcs12(write_pkcs12(alice(), "secret", "alice")[:-9], "secret"),
        CertificateError,
        "This is not a PKCS#12 file. Got: DER whose end is missing",
    ),
    "PKCS#12 without a key": (
        lambda: load_pkcs12(ONLY_CERTIFICATE, None),
        CertificateError,
        "Got: no private key and 1 certificate.*load_trust_store",
    ),
    "key of somebody else": (
        lambda: write_pkcs12(replace(alice(), key_at_hand=key()), "secret", "alice"),
        CertificateError,
        "does not belong to the certificate. Got: a key of type P-256",
    ),
    "key for none of the certificates": (
        lambda: with_chain(alice().presented, key(KeyType.RSA2048)),
        CertificateError,
        "Got: a key of type RSA-2048. Expected: the key of CN=alice, type P-256",
    ),
    "key without a certificate": (
        lambda: with_chain([], key()),
        CertificateError,
        "There is no certificate to go with the private key",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_said_in_words(case: str) -> None:
    """Each bad file or password is refused with what was got, what was expected and what to do."""
    attempt, kind, said = BAD[case]
    with pytest.raises(kind, match=said) as raised:
        attempt()
    assert type(raised.value) is kind
    assert raised.value.expected
    assert raised.value.advice
    assert "secret" not in str(raised.value).lower()
