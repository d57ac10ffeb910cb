"""Certificates and keys in files: PEM (RFC 7468), PKCS#7, PKCS#12 (RFC 7292), and Java's trust stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12
from cryptography.x509 import load_der_x509_certificate

from simulator.errors import CertificateError, PasswordError
from simulator.pki.certificate import Certificate
from simulator.pki.files.decryption import open_safes
from simulator.pki.files.java_store import java_password_fits, read_java_store
from simulator.pki.files.kinds import CERTIFICATE_LABELS, PKCS7_LABELS, certificates_of, counted, file_facts
from simulator.pki.files.library import library_call
from simulator.pki.files.outlines import FileKind
from simulator.pki.files.pem import pem_block
from simulator.pki.files.wrong_file import Wanted, check_rounds, wrong_file
from simulator.pki.issuing import Issued
from simulator.pki.key_files import (
    checked_password,
    chosen,
    load_private_key,
    password_bytes,
    password_encryption,
)
from simulator.pki.keys import PRIVATE_KEY_TYPES, PSS_ONLY, describe_key
from simulator.pki.stores import TrustStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.serialization import KeySerializationEncryption

    from simulator.pki.files.kinds import FileFacts
    from simulator.pki.files.safes import KeyEntry
    from simulator.pki.keys import PrivateKey


class _Opened(NamedTuple):
    """The contents of a PKCS#12 file: its certificates, the keys in it, and the one that the library read."""

    certificates: tuple[Certificate, ...]
    keys: tuple[KeyEntry, ...]
    key: PrivateKeyTypes | None


_OLDER_ROUNDS = 2048  # OpenSSL's own number, then as now


def write_pem(certificates: Iterable[Certificate]) -> bytes:
    """Write certificates as PEM, one after the other."""
    return b"".join(pem_block("CERTIFICATE", certificate.der) for certificate in certificates)


def write_pkcs12(issued: Issued, password: str, name: str, *, older: bool = False) -> bytes:
    """Write certificate, chain and key as one PKCS#12 file; its salts are random.

    Args:
        issued: certificate, chain and key.
        password: protects the file; must not be empty.
        name: the friendly name that programs show.
        older: encrypt with 3DES and SHA-1, which older Java, macOS and Windows read.

    Raises:
        PasswordError: the password is empty.
        CertificateError: the key does not belong to the certificate, or may make no signature but RSASSA-PSS:
            the library would write it as any other RSA key, which OpenSSL then takes for another key.
    """
    check_key_matches(issued.certificate, issued.private_key)
    if issued.certificate.key_type_name.startswith(PSS_ONLY):
        raise CertificateError(
            "A key for RSASSA-PSS alone cannot be written to a PKCS#12 file here.",
            got=issued.certificate.key_type_name,
            expected="an ECDSA, Ed25519, Ed448 or ordinary RSA key",
            advice="Write it from its files: openssl pkcs12 -export -inkey KEY -in CERTIFICATE -out FILE.",
        )
    chain = [load_der_x509_certificate(certificate.der) for certificate in issued.chain]
    return pkcs12.serialize_key_and_certificates(
        name.encode(),
        issued.private_key,
        load_der_x509_certificate(issued.certificate.der),
        chain or None,
        _older_encryption(password) if older else password_encryption(password),
    )


def write_pkcs12_trust_store(trusted: Iterable[tuple[str, Certificate]], password: str) -> bytes:
    """Write certificates to trust as a PKCS#12 file, marked as trusted as Java demands; its salts are random.

    Args:
        trusted: a name and the certificate, for each; at least one.
        password: protects the file; must not be empty.

    Raises:
        PasswordError: the password is empty.
    """
    entries = [
        pkcs12.PKCS12Certificate(load_der_x509_certificate(certificate.der), name.encode())
        for name, certificate in trusted
    ]
    return pkcs12.serialize_java_truststore(entries, password_encryption(password))


def _older_encryption(password: str) -> KeySerializationEncryption:
    """The encryption of PKCS#12 files before about 2020: 3DES, and SHA-1 in the checksum."""
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_OLDER_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())  # the checksum of the old form; it protects no signature
        .build(password_bytes(checked_password(password)))
    )


def load_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read every certificate of a PEM, DER or PKCS#7 file, in order.

    A PEM file may be UTF-16, or base64 without its BEGIN and END lines. OpenSSL's own trust settings in a
    ``TRUSTED CERTIFICATE`` are no part of the certificate: :func:`load_trust_store` can heed them.

    Raises:
        CertificateError: the file holds no certificate, or one that cannot be read; the message says which
            kind of file it is and what helps.
    """
    return _certificates(file_facts(data), Wanted.CERTIFICATES)


def load_trust_store(data: bytes, password: str | None = None, *, use: str | None = None) -> TrustStore:
    """Read the certificates to trust from PEM, DER, PKCS#7, PKCS#12 or JKS.

    Args:
        data: the file's bytes.
        password: the password of a PKCS#12 or JKS file. JKS is read without one too, as Java does.
        use: the use that the certificates are trusted for, ``clientAuth`` in a server or ``serverAuth`` in a
            client. OpenSSL's trust settings of a ``TRUSTED CERTIFICATE`` are then held against it. None: they
            are not applied.

    Raises:
        PasswordError: the password is missing or wrong.
        CertificateError: there is no certificate inside, or one whose trust settings do not allow ``use``, or
            the PKCS#12 file holds a private key: it is an identity.
    """
    facts = file_facts(data)
    for certificate, settings in facts.settings:
        if use is not None and not settings.allow(use):
            raise CertificateError(
                f"OpenSSL's trust settings in the file do not allow {use} (its error 28).",
                got=f"{Certificate.parse(certificate).subject}: {settings}",
                expected=f"a certificate that is trusted for {use}",
                advice="Write it without them: openssl x509 -in FILE -out FILE.pem",
            )
    if facts.kind is FileKind.PKCS12 and not facts.keys:
        return TrustStore.of(_open_pkcs12(facts, password).certificates)
    if facts.kind is FileKind.JAVA_STORE and facts.certificates:
        if password is not None and not java_password_fits(facts.data, password):
            raise _wrong_password("Java key store", password)
        return TrustStore.of(map(Certificate.parse, read_java_store(facts.data).trusted))
    return TrustStore.of(_certificates(facts, Wanted.TRUST_STORE))


def _certificates(facts: FileFacts, wanted: Wanted) -> tuple[Certificate, ...]:
    """The certificates of a file that needs no password.

    Raises:
        CertificateError: it holds none, or one that cannot be read.
    """
    if facts.outline is not None and facts.kind in (FileKind.CERTIFICATE, FileKind.PKCS7):
        # A certificate with octets behind it is not one whole certificate, and the reader says so.
        whole = facts.kind is FileKind.PKCS7 or facts.settings
        ders = facts.outline.certificates if whole else (facts.data,)
    else:
        for block in facts.pem.blocks if facts.pem else ():
            if block.damage and block.label in (*CERTIFICATE_LABELS, *PKCS7_LABELS):
                message = "A PEM block is damaged."
                expected = "base64 between BEGIN and END"
                advice = "Copy the whole block again, dashes included."
                raise CertificateError(message, got=block.damage, expected=expected, advice=advice)
        if facts.pem and facts.pem.unclosed:
            message = "A PEM block has no end: the file was cut off."
            expected = "-----END CERTIFICATE----- after the last line"
            got, advice = f"BEGIN {facts.pem.unclosed[0]} without its END", "Copy the whole file again."
            raise CertificateError(message, got=got, expected=expected, advice=advice)
        blocks = facts.pem.blocks if facts.pem else ()
        ders = tuple(der for block in blocks for der in certificates_of(block))
    if not ders:
        raise wrong_file(wanted, facts)
    return tuple(map(_parse, ders))


def _parse(der: bytes) -> Certificate:
    """Read a certificate; if the bytes are something else, say what.

    Raises:
        CertificateError: they are no certificate, or one that cannot be read.
    """
    facts = file_facts(der)
    if facts.kind in (FileKind.CERTIFICATE, FileKind.OTHER_DER, FileKind.CUT_OFF):
        return Certificate.parse(der)
    raise CertificateError(
        "A block labelled as a certificate cannot be read as a certificate.",
        got=str(facts),
        expected="one whole DER certificate (X.509)",
        advice="Check with which command the file was made.",
    )


def load_pkcs12(data: bytes, password: str | None, *, which: int | None = None) -> Issued:
    """Read certificate, chain and key from a PKCS#12 file.

    Args:
        data: the file's bytes.
        password: the password that protects it, or None.
        which: the number of the key, from 1, if the file holds several.

    Raises:
        PasswordError: the password is missing or wrong.
        CertificateError: it is not PKCS#12, it lacks key or certificate, the two differ, or it holds several
            keys and ``which`` is not given.
    """
    facts = file_facts(data)
    if facts.kind is not FileKind.PKCS12 or facts.outline is None:
        raise wrong_file(Wanted.IDENTITY, facts)
    opened = _open_pkcs12(facts, password)
    key, keys = opened.key, opened.keys
    if len(keys) > 1 or which is not None or (keys and key is None):
        entry = keys[chosen((entry.name for entry in keys), len(keys), which)]
        key = load_private_key(entry.der, password if entry.encrypted else None)
    if opened.certificates and isinstance(key, PRIVATE_KEY_TYPES):
        return with_chain(opened.certificates, key)
    inside = describe_key(key.public_key()) if key is not None else "no private key"
    raise CertificateError(
        "The PKCS#12 file does not hold a certificate with a private key that can be used.",
        got=f"{inside} and {counted(len(opened.certificates), 'certificate')}",
        expected="an ECDSA, Ed25519, Ed448 or RSA key with its certificate",
        advice="Export it anew with its private key."
        if key is not None or not opened.certificates
        else "Read its certificates with load_trust_store(data, password).",
    )


def pkcs12_certificates(data: bytes, password: str | None) -> tuple[Certificate, ...]:
    """Every certificate of a PKCS#12 file, also a root, which no one has to send; errors as above."""
    facts = file_facts(data)
    if facts.kind is not FileKind.PKCS12:
        raise wrong_file(Wanted.IDENTITY, facts)
    return _open_pkcs12(facts, password).certificates


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
        named = (one for one in given if one.subject_name.same_as(last.issuer_name))
        above = (one for one in named if one not in (own, *chain))
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
    return private_key.public_key() == certificate.public_key


def _open_pkcs12(facts: FileFacts, password: str | None) -> _Opened:
    """Open a PKCS#12 file with its password.

    Raises:
        PasswordError: the password is missing or wrong.
        CertificateError: the file is damaged, or a certificate in it cannot be read.
    """
    if facts.outline is None or facts.outline.damaged:
        raise _damaged_pkcs12(facts)
    check_rounds(facts.outline)
    secret = None if password is None else password_bytes(password)
    try:
        with library_call():
            bundle = pkcs12.load_pkcs12(facts.data, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if "password" in str(error).lower():
            raise _wrong_password("PKCS#12 file", password) from error
        try:  # the library reads all certificates or none, and this program more of them
            safes = open_safes(facts.data, password or "")
        except ValueError:
            if password and not _is_text(password):
                raise _wrong_password("PKCS#12 file", password) from error
            raise _damaged_pkcs12(facts) from error
        return _Opened(tuple(map(Certificate.parse, safes.certificates)), tuple(safes.keys), None)
    entries = (*([bundle.cert] if bundle.cert else []), *bundle.additional_certs)
    ders = [entry.certificate.public_bytes(Encoding.DER) for entry in entries]
    return _Opened(tuple(map(Certificate.parse, ders)), facts.outline.keys, bundle.key)


def _damaged_pkcs12(facts: FileFacts) -> CertificateError:
    """The error for a PKCS#12 file that cannot be read, whatever the password."""
    message = "This cannot be read as a PKCS#12 file."
    expected = "one whole .p12 or .pfx file"
    advice = "Copy the file again, as binary."
    return CertificateError(message, got=str(facts), expected=expected, advice=advice)


def _is_text(password: str) -> bool:
    """Return True unless it was read from bytes that are not UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in password)


def _wrong_password(kind: str, password: str | None) -> PasswordError:
    """The error for a file that does not open."""
    text = not password or _is_text(password)
    return PasswordError(
        f"The {kind} does not open" + (" without a password." if not password else " with this password."),
        got="a password that does not fit" if password else "no password",
        expected="the password that came with the file, by another way",
        advice="Check the password; letter case counts." if text else "Save the password as UTF-8 text.",
    )
