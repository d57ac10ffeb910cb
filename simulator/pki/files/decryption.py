"""Decryption of the safes of a PKCS#12 file that holds something the library refuses.

The library reads a whole PKCS#12 file or nothing: one certificate with an underscore in a PrintableString,
as makers of devices write it, and the file is unreadable. Here its safes are opened one by one. The checksum
is not verified again: the library has done so before it looks at a certificate.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from simulator.pki.der import SEQUENCE, dotted
from simulator.pki.files.ber import content_of, first_of, parts_of, read_part
from simulator.pki.files.safes import Safes, read_safes

if TYPE_CHECKING:
    from simulator.pki.files.ber import BerValue

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_PKCS12_3DES = "1.2.840.113549.1.12.1.3"
_DEFAULT_PRF = "1.2.840.113549.2.7"  # HMAC with SHA-1 (RFC 8018, appendix A.2)
_PRFS = {
    _DEFAULT_PRF: "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_AES_KEY_OCTETS = {
    "2.16.840.1.101.3.4.1.2": 16,
    "2.16.840.1.101.3.4.1.22": 24,
    "2.16.840.1.101.3.4.1.42": 32,
}
_3DES_KEY_OCTETS = 24
_SHA1_BLOCK = 64
_KEY, _INITIALISATION_VECTOR = 1, 2  # the uses of PKCS#12's own derivation (RFC 7292, appendix B.3)


def open_safes(data: bytes, password: str) -> Safes:
    """Read a PKCS#12 file whose encrypted safes are opened with its password.

    Raises:
        ValueError: the file is damaged, or encrypted in another way than by AES or 3DES.
    """
    parts = list(islice(parts_of(data, read_part(data, 0, len(data))), 3))
    return read_safes(data, parts, lambda algorithm, octets: decrypt(algorithm, octets, password))


def decrypt(algorithm: bytes, encrypted: bytes, password: str) -> bytes:
    """Decrypt octets with the password-based algorithm that a file names: AES in PBES2, or PKCS#12's 3DES.

    Args:
        algorithm: DER or BER of the AlgorithmIdentifier.
        encrypted: the octets.
        password: the password.

    Raises:
        ValueError: the algorithm is another one or damaged, or the padding is wrong.
    """
    name, parameters = parts_of(algorithm, read_part(algorithm, 0, len(algorithm)))
    kind = dotted(content_of(algorithm, name))
    if kind == _PBES2:
        cipher = _pbes2(algorithm, parameters, password)
    elif kind == _PKCS12_3DES:
        salt, iterations = (content_of(algorithm, part) for part in parts_of(algorithm, parameters))
        rounds = int.from_bytes(iterations, "big")
        key = _derived(password, salt, rounds, _KEY, _3DES_KEY_OCTETS)
        vector = _derived(password, salt, rounds, _INITIALISATION_VECTOR, 8)
        cipher = Cipher(TripleDES(key), CBC(vector))
    else:
        raise ValueError(f"the cipher {kind} is not one that is opened here")
    worker = cipher.decryptor()
    plain = worker.update(encrypted) + worker.finalize()
    padding = PKCS7(cipher.algorithm.block_size).unpadder()  # type: ignore[attr-defined]  # a block cipher
    return padding.update(plain) + padding.finalize()


def _pbes2(data: bytes, parameters: BerValue, password: str) -> Cipher[CBC]:
    """The cipher of PBES2 with PBKDF2 and AES (RFC 8018, section 6.2)."""
    derivation, encryption = parts_of(data, parameters)
    derivation_name, derivation_parameters = parts_of(data, derivation)
    cipher_name, vector = (content_of(data, part) for part in parts_of(data, encryption))
    octets = _AES_KEY_OCTETS.get(dotted(cipher_name))
    salt, iterations, *more = parts_of(data, derivation_parameters)
    prfs = [dotted(content_of(data, first_of(data, part))) for part in more if part.tag == SEQUENCE]
    prf = _PRFS.get(prfs[0] if prfs else _DEFAULT_PRF)
    if dotted(content_of(data, derivation_name)) != _PBKDF2 or octets is None or prf is None:
        raise ValueError("a derivation or a cipher that is not opened here")
    rounds = int.from_bytes(content_of(data, iterations), "big")
    secret = password.encode("utf-8", "surrogateescape")
    key = hashlib.pbkdf2_hmac(prf, secret, content_of(data, salt), rounds, octets)
    return Cipher(AES(key), CBC(vector))


def _derived(password: str, salt: bytes, rounds: int, use: int, length: int) -> bytes:
    """Octets by PKCS#12's own derivation with SHA-1 (RFC 7292, appendix B.2)."""
    secret = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    material = bytearray(_filled(salt) + _filled(secret))
    diversifier = bytes((use,)) * _SHA1_BLOCK
    result = b""
    while len(result) < length:
        digest = _sha1(diversifier + material)
        for _ in range(rounds - 1):
            digest = _sha1(digest)
        result += digest
        added = int.from_bytes((digest * 4)[:_SHA1_BLOCK], "big") + 1
        for start in range(0, len(material), _SHA1_BLOCK):
            block = slice(start, start + _SHA1_BLOCK)
            total = (int.from_bytes(material[block], "big") + added) % (1 << 8 * _SHA1_BLOCK)
            material[block] = total.to_bytes(_SHA1_BLOCK, "big")
    return result[:length]


def _sha1(data: bytes) -> bytes:
    """The hash that the old form is bound to."""
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _filled(text: bytes) -> bytes:
    """The text repeated to whole blocks of SHA-1."""
    length = -(-len(text) // _SHA1_BLOCK) * _SHA1_BLOCK
    return (text * (length // len(text) + 1))[:length] if text else b""
