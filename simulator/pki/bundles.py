"""Certificates and keys written as files: PEM (RFC 7468), PKCS#8 (RFC 5958) and PKCS#12 (RFC 7292)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from simulator.errors import PasswordError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.pki.certificate import Certificate
    from simulator.pki.issuing import Issued
    from simulator.pki.keys import PrivateKey


def write_pem(certificates: Iterable[Certificate]) -> bytes:
    """Write certificates as PEM, one after the other."""
    return b"".join(pem_block("CERTIFICATE", certificate.der) for certificate in certificates)


def pem_block(label: str, der: bytes) -> bytes:
    """Write one PEM block: ``CERTIFICATE``, ``CERTIFICATE REQUEST``."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def write_private_key(private_key: PrivateKey) -> bytes:
    """Write a private key as PEM (PKCS#8), not encrypted: the same key gives the same bytes."""
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_pkcs12(issued: Issued, password: str, name: str) -> bytes:
    """Write certificate, chain and key as one PKCS#12 file; its salts are random.

    Args:
        issued: certificate, chain and key.
        password: protects the file; must not be empty. Bytes of the command line that are not UTF-8 are kept.
        name: the friendly name that programs show.

    Raises:
        PasswordError: the password is empty.
    """
    if not password:
        advice = "Choose a password, and pass it on by another way than the file."
        expected = "at least one character"
        raise PasswordError("The password is empty.", got="no characters", expected=expected, advice=advice)
    own, *chain = (load_der_x509_certificate(certificate.der) for certificate in issued.presented)
    encryption = BestAvailableEncryption(password.encode("utf-8", "surrogateescape"))
    return pkcs12.serialize_key_and_certificates(
        name.encode(), issued.private_key, own, chain or None, encryption
    )
