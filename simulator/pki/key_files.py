"""Private keys in files: PEM and DER, encrypted or not (PKCS#8, RFC 5958)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
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
from simulator.pki.files.kinds import file_facts, is_encrypted, is_private_key
from simulator.pki.files.library import library_call
from simulator.pki.files.outlines import PRIVATE_KEYS, FileKind, read_outline
from simulator.pki.files.wrong_file import Wanted, check_rounds, wrong_file
from simulator.pki.keys import PRIVATE_KEY_TYPES, describe_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.pki.files.pem import PemBlock
    from simulator.pki.keys import PrivateKey

_DEK_INFO = re.compile(r"([A-Za-z0-9-]+),([0-9A-Fa-f]*)")
# The ciphers of an old encrypted key that the library knows, with the octets of their initialisation vectors.
# A shorter vector crashes the library.
_OLD_CIPHERS = {"AES-128-CBC": 16, "AES-192-CBC": 16, "AES-256-CBC": 16, "DES-EDE3-CBC": 8}
_MOST_KEYS_LISTED = 9
_MOST_SHOWN = 60  # letters of a line that a message repeats


@dataclass(frozen=True, slots=True)
class _StoredKey:
    """One private key of a file, not yet opened.

    Attributes:
        kind: its label, or its kind of DER.
        encrypted: True if it needs a password.
        der: its bytes, or None for a block in the old encrypted form.
        block: the PEM block it comes from, or None.
    """

    kind: str
    encrypted: bool
    der: bytes | None = field(repr=False)
    block: PemBlock | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The key in words: ``EC PRIVATE KEY, P-256``."""
        if self.encrypted:
            return f"{self.kind}, encrypted"
        try:
            return f"{self.kind}, {describe_key(self.open(None).public_key())}"
        except CertificateError:
            return self.kind

    def open(self, password: str | None) -> PrivateKey:
        """Read the key.

        Raises:
            PasswordError: the password is missing, wrong, or given for a key that needs none.
            CertificateError: it cannot be read.
        """
        secret = None if password is None else password_bytes(password)
        outline = read_outline(self.der) if self.der else None
        if outline is not None:
            check_rounds(outline)
        old = _old_form(self.block) if self.der is None and self.block is not None else None
        try:
            with library_call():
                if old is not None:
                    key = load_pem_private_key(old, secret)
                else:
                    key = load_der_private_key(self.der or b"", secret)
        except (TypeError, ValueError, UnsupportedAlgorithm) as error:
            raise _key_error(error, self, password) from error
        if isinstance(key, PRIVATE_KEY_TYPES):
            return key
        message = "The private key is of a kind this program cannot use."
        expected = "an elliptic-curve (ECDSA), Ed25519, Ed448 or RSA key"
        advice = "Use a certificate with another kind of key."
        raise CertificateError(message, got=describe_key(key.public_key()), expected=expected, advice=advice)


def write_private_key(private_key: PrivateKey, password: str | None = None) -> bytes:
    """Write a private key as PEM (PKCS#8), encrypted if there is a password.

    The unencrypted bytes follow from the key; the encrypted ones contain a random salt.

    Raises:
        PasswordError: the password is empty.
    """
    encryption = NoEncryption() if password is None else password_encryption(password)
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def load_private_key(data: bytes, password: str | None = None, *, which: int | None = None) -> PrivateKey:
    """Read a private key from PEM or DER, encrypted or not.

    Args:
        data: the file's bytes; a PEM file may hold certificates beside the key.
        password: the key's password, or None if the key is not encrypted.
        which: the number of the key, from 1, if the file holds several.

    Raises:
        PasswordError: the password is missing, wrong, or given for a key that needs none.
        CertificateError: the file holds no private key, or several and ``which`` is not given, or the key
            cannot be read; the message says which kind of file it is and what helps.
    """
    keys = _stored_keys(data)
    return keys[chosen((key.name for key in keys), len(keys), which)].open(password)


def chosen(names: Iterable[str], count: int, which: int | None) -> int:
    """The place of the key that is chosen from a file's keys.

    Args:
        names: the keys in words; asked for only where they have to be listed.
        count: the number of keys.
        which: the number of the key, from 1; None for the only one.

    Raises:
        CertificateError: there is no such key, or there are several and none is chosen.
    """
    if which is None and count == 1:
        return 0
    if which is not None and 1 <= which <= count:
        return which - 1
    shown = [name[:_MOST_SHOWN] or "without a name" for name in islice(names, _MOST_KEYS_LISTED)]
    listed = "; ".join(f"{number}: {name}" for number, name in enumerate(shown, 1))
    more = f" and {count - len(shown)} more" if count > len(shown) else ""
    raise CertificateError(
        f"The file holds {count} private keys." if which is None else f"There is no private key {which}.",
        got=f"{listed}{more}",
        expected=f"which=1 to which={count}" if count > 1 else "which=1",
        advice="Choose the key that belongs to the certificate.",
    )


def password_encryption(password: str) -> KeySerializationEncryption:
    """Encryption under a password that is not empty."""
    return BestAvailableEncryption(password_bytes(checked_password(password)))


def checked_password(password: str) -> str:
    """The password, if it is not empty.

    Raises:
        PasswordError: it is empty.
    """
    if not password:
        expected = "at least one character"
        advice = "Choose a password, and pass it on by another way than the file."
        raise PasswordError("The password is empty.", got="no characters", expected=expected, advice=advice)
    return password


def password_bytes(password: str) -> bytes:
    """A password as bytes; bytes of the command line that are not UTF-8 are kept.

    Raises:
        PasswordError: it is no text that can be written as bytes, or contains a NUL.
    """
    if "\0" in password:  # the library would end in a panic that prints every byte of it
        got, expected, advice = "a NUL character", "text without one", "Check how the password was read."
        raise PasswordError("The password is damaged.", got=got, expected=expected, advice=advice)
    try:
        return password.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        got, expected = "half a character (a lone surrogate)", "text"
        advice = "Check how the password was read."
        raise PasswordError("The password is damaged.", got=got, expected=expected, advice=advice) from error


def _stored_keys(data: bytes) -> list[_StoredKey]:
    """The private keys of a file, in order; at least one.

    Raises:
        CertificateError: the file holds none, or one that is damaged.
    """
    facts = file_facts(data)
    if facts.outline is not None and facts.kind in PRIVATE_KEYS:
        encrypted = facts.kind is FileKind.ENCRYPTED_KEY
        return [_StoredKey(facts.kind.value, encrypted, facts.data)]
    blocks = [block for block in facts.pem.blocks if is_private_key(block)] if facts.pem else []
    if not blocks and facts.pem and any(label.endswith("PRIVATE KEY") for label in facts.pem.unclosed):
        got, expected = str(facts), "-----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----"
        advice = "Give the whole file that holds the private key."
        raise CertificateError("The private key is cut off.", got=got, expected=expected, advice=advice)
    if not blocks or any(block.label == "OPENSSH PRIVATE KEY" for block in blocks):
        raise wrong_file(Wanted.PRIVATE_KEY, facts)
    return [_stored_key(block) for block in blocks]


def _stored_key(block: PemBlock) -> _StoredKey:
    """The key of a PEM block."""
    kind = f"{block.label} with damaged base64" if block.damage else block.label
    return _StoredKey(kind, is_encrypted(block), None if _is_old_form(block) else block.der or b"", block)


def _is_old_form(block: PemBlock) -> bool:
    """Return True for a key that is encrypted as in RFC 1421, outside its DER."""
    return any(name == "DEK-Info" for name, _ in block.headers)


def _old_form(block: PemBlock) -> bytes:
    """The block for the library, after a look at its DEK-Info line.

    Raises:
        CertificateError: the cipher is unknown, or its initialisation vector has another length.
    """
    described = next(value for name, value in block.headers if name == "DEK-Info")
    match = _DEK_INFO.fullmatch(described)
    if match is None or len(match[2]) != 2 * _OLD_CIPHERS.get(match[1], -1):
        lengths = ", ".join(f"{name} with {2 * octets}" for name, octets in _OLD_CIPHERS.items())
        raise CertificateError(
            "The private key's DEK-Info line cannot be used.",
            got=repr(described[:_MOST_SHOWN]),
            expected=f"a cipher with its hexadecimal digits: {lengths}",
            advice="Encrypt the key anew: openssl pkey -in FILE -aes256 -out KEY.pem; for the cipher DES, "
            "OpenSSL 3 needs -provider legacy -provider default too.",
        )
    return block.text


def _key_error(error: Exception, key: _StoredKey, password: str | None) -> CertificateError:
    """The error that explains why a private key cannot be read, from the library's own error."""
    if isinstance(error, TypeError) and password is None:
        message = "The private key is encrypted."
        return PasswordError(message, got="no password", expected="its password", advice="Give the password.")
    if isinstance(error, TypeError):
        message = "A password was given, but the private key is not encrypted."
        return PasswordError(message, got="a password", expected="none", advice="Leave the password out.")
    if password is not None and (key.encrypted or "password" in str(error).lower()):
        message = "The private key does not open with this password."
        expected = "the password it was encrypted with"
        advice = "Check the password; letter case counts."
        return PasswordError(message, got="a password that does not fit", expected=expected, advice=advice)
    expected = "a PKCS#8, SEC 1 or PKCS#1 private key"
    advice = "Give the whole file that holds the private key."
    return CertificateError("The private key cannot be read.", got=key.kind, expected=expected, advice=advice)
