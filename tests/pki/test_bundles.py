from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificates

from simulator.errors import PasswordError
from simulator.pki.bundles import write_pem, write_pkcs12, write_private_key
from simulator.pki.issuing import Issued
from simulator.pki.keys import KeyType
from tests.pki.samples import contents, key, openssl, root

PASSWORD = 'pässword & "quotes"'


def alice(key_type: KeyType = KeyType.P256) -> Issued:
    """An identity with an intermediate above it."""
    middle = root(key_type).subordinate(key(label="middle"), contents("CN=Middle", "ca"))
    return middle.issue(key(key_type, "alice"), contents("CN=alice", "client"))


def numbers(private_key: PrivateKeyTypes) -> bytes:
    """The public half, for comparing keys."""
    return private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificates(pem: bytes) -> list[bytes]:
    """The DER of the certificates in a PEM text."""
    return [one.public_bytes(Encoding.DER) for one in load_pem_x509_certificates(pem)]


def test_pem_is_what_openssl_writes() -> None:
    """The PEM of a certificate is byte for byte openssl's."""
    one = alice().certificate
    assert write_pem([one]) == openssl("x509", "-inform", "DER", data=one.der).stdout


def test_several_certificates_come_back_in_order() -> None:
    """PEM, beside a key or not, gives the certificates that were put in."""
    presented = alice().presented
    for text in (write_pem(presented), write_private_key(key()) + write_pem(presented)):
        assert certificates(text) == [one.der for one in presented]


@pytest.mark.parametrize("key_type", KeyType)
def test_private_keys_come_back(key_type: KeyType) -> None:
    """A key that is written is the key that is read, and the same key gives the same bytes."""
    written = write_private_key(key(key_type))
    assert b"ENCRYPTED" not in written
    assert written == write_private_key(key(key_type))
    assert numbers(load_pem_private_key(written, None)) == numbers(key(key_type))


@pytest.mark.parametrize("key_type", KeyType)
def test_pkcs12_goes_out_and_comes_in(key_type: KeyType) -> None:
    """Certificate, chain and key of a PKCS#12 file are those that were put in."""
    read = pkcs12.load_pkcs12(write_pkcs12(alice(key_type), PASSWORD, "alice's identity"), PASSWORD.encode())
    assert read.cert is not None
    assert read.key is not None
    found = [entry.certificate.public_bytes(Encoding.DER) for entry in (read.cert, *read.additional_certs)]
    assert found == [one.der for one in alice(key_type).presented]
    assert numbers(read.key) == numbers(alice(key_type).private_key)


def test_openssl_opens_our_pkcs12(tmp_path: Path) -> None:
    """`openssl pkcs12` finds both certificates, the key and the friendly name."""
    file = tmp_path / "alice.p12"
    file.write_bytes(write_pkcs12(alice(), PASSWORD, "alice"))
    said = openssl("pkcs12", "-in", file, "-nodes", "-passin", f"pass:{PASSWORD}")
    assert certificates(said.stdout) == [one.der for one in alice().presented]
    assert numbers(load_pem_private_key(said.stdout, None)) == numbers(alice().private_key)
    assert b"friendlyName: alice" in said.stdout


def test_an_empty_password_is_refused_in_words() -> None:
    """A PKCS#12 file needs a password; the error has what was got, what was expected and what to do."""
    with pytest.raises(PasswordError, match="password is empty") as raised:
        write_pkcs12(alice(), "", "alice")
    assert raised.value.expected
    assert raised.value.advice
