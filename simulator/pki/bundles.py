"""Certificates and keys in files: PEM (RFC 7468) and PKCS#12 (RFC 7292)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
from cryptography.x509 import load_der_x509_certificate

from simulator.errors import CertificateError, PasswordError
from simulator.pki.certificate import Certificate
from simulator.pki.issuing import Issued
from simulator.pki.key_files import (
    PEM_BEGIN,
    PEM_BLOCK,
    beginning,
    looks_like_der,
    password_bytes,
    password_encryption,
)
from simulator.pki.keys import PRIVATE_KEY_TYPES, describe_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.pki.keys import PrivateKey

_CERTIFICATE_LABELS = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")


def write_pem(certificates: Iterable[Certificate]) -> bytes:
    """Write certificates as PEM, one after the other."""
    return b"".join(pem_block("CERTIFICATE", certificate.der) for certificate in certificates)


def pem_block(label: str, der: bytes) -> bytes:
    """Write one PEM block: ``CERTIFICATE``, ``CERTIFICATE REQUEST``."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def write_pkcs12(issued: Issued, password: str, name: str) -> bytes:
    """Write certificate, chain and key as one PKCS#12 file; its salts are random.

    Args:
        issued: certificate, chain and key.
        password: protects the file; must not be empty.
        name: the friendly name that programs show.

    Raises:
        PasswordError: the password is empty.
        CertificateError: the key does not belong to the certificate.
    """
    check_key_matches(issued.certificate, issued.private_key)
    chain = [load_der_x509_certificate(certificate.der) for certificate in issued.chain]
    return pkcs12.serialize_key_and_certificates(
        name.encode(),
        issued.private_key,
        load_der_x509_certificate(issued.certificate.der),
        chain or None,
        password_encryption(password),
    )


def load_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read every certificate of a PEM file, or the one of a DER file, in order.

    Raises:
        CertificateError: the file holds no certificate, or one that cannot be read.
    """
    if looks_like_der(data):
        return (Certificate.parse(data),)
    blocks = _pem_blocks(data)
    found = [der for label, der in blocks if label in _CERTIFICATE_LABELS]
    if not found:
        got = ", ".join(label.decode() for label, _ in blocks) or beginning(data)
        expected = "-----BEGIN CERTIFICATE-----"
        advice = "Give the file that holds the certificate; keys and requests are other files."
        raise CertificateError("There is no certificate inside.", got=got, expected=expected, advice=advice)
    return tuple(Certificate.parse(der) for der in found)


def load_pkcs12(data: bytes, password: str | None) -> Issued:
    """Read certificate, chain and key from a PKCS#12 file.

    Args:
        data: the file's bytes.
        password: the password that protects it, or None.

    Raises:
        PasswordError: the password is missing or wrong.
        CertificateError: it is not PKCS#12, it lacks key or certificate, or the two differ.
    """
    if not looks_like_der(data):
        got = beginning(data)
        expected = "a .p12 or .pfx file, which is binary"
        advice = "A PEM file is read as certificate and key instead."
        raise CertificateError("This is not a PKCS#12 file.", got=got, expected=expected, advice=advice)
    try:
        bundle = pkcs12.load_pkcs12(data, None if password is None else password_bytes(password))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _pkcs12_error(error, data, password) from error
    if bundle.cert is None or not isinstance(bundle.key, PRIVATE_KEY_TYPES):
        inside = describe_key(bundle.key.public_key()) if bundle.key is not None else "no private key"
        raise CertificateError(
            "The PKCS#12 file does not hold a certificate with a private key that can be used.",
            got=f"{inside} and {'a' if bundle.cert else 'no'} certificate that belongs to it",
            expected="an ECDSA, Ed25519 or RSA key with its certificate",
            advice="Export it anew, with certificate and private key.",
        )
    entries = (bundle.cert, *bundle.additional_certs)
    ders = [entry.certificate.public_bytes(Encoding.DER) for entry in entries]
    return with_chain(map(Certificate.parse, ders), bundle.key)


def with_chain(certificates: Iterable[Certificate], private_key: PrivateKey) -> Issued:
    """Put certificates and a key together: the key's own certificate, and the chain above it.

    Args:
        certificates: in any order; others than those of the chain are left out.
        private_key: the key of one of them.

    Raises:
        CertificateError: the key belongs to none of the certificates.
    """
    given = tuple(dict.fromkeys(certificates))
    own = next((certificate for certificate in given if _matches(certificate, private_key)), None)
    if own is None:
        if given:
            check_key_matches(given[0], private_key)
        message = "There is no certificate to go with the private key."
        expected = "the key and its certificate"
        advice = "Give the file that holds the certificate too."
        raise CertificateError(message, got="a private key alone", expected=expected, advice=advice)
    chain: list[Certificate] = []
    last = own
    while not last.self_signed:
        above = (one for one in given if one.subject_der == last.issuer_der and one not in (own, *chain))
        issuer = next((one for one in above if last.signature_problem(one) is None), None)
        if issuer is None or issuer.self_signed:
            break
        chain.append(issuer)
        last = issuer
    return Issued(own, tuple(chain), private_key)


def check_key_matches(certificate: Certificate, private_key: PrivateKey) -> None:
    """Make sure that a key belongs to a certificate.

    Raises:
        CertificateError: it is the key of another.
    """
    if not _matches(certificate, private_key):
        raise CertificateError(
            "The private key does not belong to the certificate.",
            got=f"a key of type {describe_key(private_key.public_key())}",
            expected=f"the key of {certificate.subject}, type {certificate.key_type_name}",
            advice="Give the key that was made together with this certificate.",
        )


def _matches(certificate: Certificate, private_key: PrivateKey) -> bool:
    """Return True if the certificate's public key belongs to this private key."""
    info = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return info == certificate.public_key_info


def _pem_blocks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Label and DER of every PEM block."""
    blocks: list[tuple[bytes, bytes]] = []
    for match in PEM_BLOCK.finditer(data):
        label, body = match.groups()
        try:
            blocks.append((label, base64.b64decode(b"".join(body.split()), validate=True)))
        except binascii.Error as error:
            if label not in _CERTIFICATE_LABELS:  # an encrypted key has headers that are not base64
                blocks.append((label, b""))
                continue
            message = "A PEM block is damaged."
            expected = "base64 between BEGIN and END"
            advice = "Copy the whole block again, dashes included."
            raise CertificateError(message, got=str(error), expected=expected, advice=advice) from error
    if len(PEM_BEGIN.findall(data)) > len(blocks):
        message = "A PEM block has no end: the file was cut off."
        expected = "-----END CERTIFICATE----- after the last line"
        advice = "Copy the whole file again."
        raise CertificateError(message, got="BEGIN without its END", expected=expected, advice=advice)
    return blocks


def _pkcs12_error(error: Exception, data: bytes, password: str | None) -> CertificateError:
    """The error that explains why a PKCS#12 file cannot be read: its password, or its bytes."""
    if "password" in str(error).lower():
        return PasswordError(
            "The PKCS#12 file does not open"
            + (" without a password." if not password else " with this password."),
            got="a password that does not fit" if password else "no password",
            expected="the password that came with the file, by another way",
            advice="Check the password; letter case counts.",
        )
    message = "This cannot be read as a PKCS#12 file."
    expected = "one whole .p12 or .pfx file"
    advice = "Copy the file again, as binary."
    return CertificateError(message, got=beginning(data), expected=expected, advice=advice)
