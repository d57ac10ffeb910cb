"""Private keys in files: PEM and DER, encrypted or not (PKCS#8, RFC 5958)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from simulator.errors import CertificateError, PasswordError
from simulator.pki.keys import PRIVATE_KEY_TYPES, describe_key

if TYPE_CHECKING:
    from simulator.pki.keys import PrivateKey

PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
PEM_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")


def write_private_key(private_key: PrivateKey, password: str | None = None) -> bytes:
    """Write a private key as PEM (PKCS#8), encrypted if there is a password.

    The unencrypted bytes follow from the key; the encrypted ones contain a random salt.

    Raises:
        PasswordError: the password is empty.
    """
    encryption = NoEncryption() if password is None else password_encryption(password)
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def load_private_key(data: bytes, password: str | None = None) -> PrivateKey:
    """Read a private key from PEM or DER, encrypted or not.

    Args:
        data: the file's bytes; a PEM file may hold certificates beside the key.
        password: the key's password, or None if the key is not encrypted.

    Raises:
        PasswordError: the password is missing, wrong, or given for a key that needs none.
        CertificateError: the file holds no private key, or it cannot be read.
    """
    pem = _private_key_block(data)
    secret = None if password is None else password_bytes(password)
    try:
        key = load_der_private_key(data, secret) if pem is None else load_pem_private_key(pem, secret)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise _key_error(error, data, password) from error
    if isinstance(key, PRIVATE_KEY_TYPES):
        return key
    message = "The private key is of a kind this program cannot use."
    expected = "an elliptic-curve (ECDSA), Ed25519 or RSA key"
    advice = "Use a certificate with another kind of key."
    raise CertificateError(message, got=describe_key(key.public_key()), expected=expected, advice=advice)


def password_encryption(password: str) -> KeySerializationEncryption:
    """Encryption under a password that is not empty."""
    if not password:
        expected = "at least one character"
        advice = "Choose a password, and pass it on by another way than the file."
        raise PasswordError("The password is empty.", got="no characters", expected=expected, advice=advice)
    return BestAvailableEncryption(password_bytes(password))


def password_bytes(password: str) -> bytes:
    """A password as bytes; bytes of the command line that are not UTF-8 are kept."""
    return password.encode("utf-8", "surrogateescape")


def looks_like_der(data: bytes) -> bool:
    """Return True for DER. PEM with text in front may begin with ``0``, the same octet."""
    return data[:1] == b"\x30" and b"-----BEGIN" not in data


def beginning(data: bytes) -> str:
    """The first four bytes of a file, for an error message that must not repeat a secret."""
    if not data.strip():
        return "an empty file"
    return f"{len(data)} bytes that begin {data[:4].hex(' ')}"


def _private_key_block(data: bytes) -> bytes | None:
    """The private key's PEM block, or None for a file that looks like DER.

    Raises:
        CertificateError: the file holds no private key.
    """
    if looks_like_der(data):
        return None
    for match in PEM_BLOCK.finditer(data):
        if match.group(1).endswith(b"PRIVATE KEY"):
            return match.group(0) + b"\n"
    labels = [label.decode() for label in PEM_BEGIN.findall(data)]
    cut_off = any(label.endswith("PRIVATE KEY") for label in labels)
    raise CertificateError(
        "The private key is cut off." if cut_off else "There is no private key inside.",
        got=", ".join(labels) or beginning(data),
        expected="-----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----",
        advice="Give the whole file that holds the private key.",
    )


def _key_error(error: Exception, data: bytes, password: str | None) -> CertificateError:
    """The error that explains why a private key cannot be read, from the library's own error."""
    encrypted = b"ENCRYPTED" in data or "encrypted" in str(error).lower()
    if isinstance(error, TypeError) and password is None:
        message = "The private key is encrypted."
        return PasswordError(message, got="no password", expected="its password", advice="Give the password.")
    if isinstance(error, TypeError):
        message = "A password was given, but the private key is not encrypted."
        return PasswordError(message, got="a password", expected="none", advice="Leave the password out.")
    if password is not None and (encrypted or "password" in str(error).lower()):
        message = "The private key does not open with this password."
        expected = "the password it was encrypted with"
        advice = "Check the password; letter case counts."
        return PasswordError(message, got="a password that does not fit", expected=expected, advice=advice)
    got = beginning(data)
    expected = "a PKCS#8, SEC 1 or PKCS#1 private key"
    advice = "Give the whole file that holds the private key."
    return CertificateError("The private key cannot be read.", got=got, expected=expected, advice=advice)
