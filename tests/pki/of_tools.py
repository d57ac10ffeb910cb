"""Certificates in the shapes in which eight tools and devices write them.

``openssl`` and ``keytool`` are run where the machine has them. The others are written by our own DER writer
from the defaults that each tool documents: the same string types, extensions, order and critical flags.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from simulator.pki import der
from tests.peers import program
from tests.pki.damaged import authority, certificate, extension, octets, text
from tests.pki.samples import openssl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CRITICAL = b"\x01\x01\xff"
_CLIENT_AUTH = der.object_identifier("1.3.6.1.5.5.7.3.2")
_KEY_IDENTIFIER = extension("2.5.29.14", octets(b"01234567890123456789"))


def name(*attributes: tuple[str, int, bytes]) -> bytes:
    """A distinguished name of (type, string tag, value), the root's first."""
    parts = (
        der.encode(der.SET, der.sequence(der.object_identifier(kind), der.encode(tag, value)))
        for kind, tag, value in attributes
    )
    return der.sequence(*parts)


def of_certutil(_folder: Path) -> bytes:
    """NSS: ``certutil -S -k ec --extKeyUsage clientAuth --nsCertType sslClient -1``: a Netscape type, too."""
    return certificate(
        [
            extension("2.16.840.1.113730.1.1", b"\x03\x02\x07\x80"),
            extension("2.5.29.37", der.sequence(_CLIENT_AUTH)),
            extension("2.5.29.15", b"\x03\x02\x07\x80"),
        ],
        subject=name(("2.5.4.10", 0x13, b"Example"), ("2.5.4.3", 0x13, b"alice")),
    )


def of_certtool(_folder: Path) -> bytes:
    """GnuTLS: ``certtool --generate-certificate`` with tls_www_client and signing_key: UTF8String."""
    return certificate(
        [
            extension("2.5.29.19", der.sequence(), _CRITICAL),
            extension("2.5.29.37", der.sequence(_CLIENT_AUTH)),
            extension("2.5.29.15", b"\x03\x02\x07\x80", _CRITICAL),
            _KEY_IDENTIFIER,
        ],
        subject=text(0x0C, b"alice"),
    )


def of_easy_rsa(_folder: Path) -> bytes:
    """easy-rsa 3, ``build-client-full``: an authority key identifier with issuer and serial number, too."""
    above = authority().own.certificate
    number = above.serial_number.to_bytes(above.serial_number.bit_length() // 8 + 1)
    identifier = der.sequence(
        der.encode(0x80, above.subject_key_identifier or b""),
        der.encode(0xA1, der.encode(0xA4, above.issuer_der)),
        der.encode(0x82, number),
    )
    return certificate(
        [
            extension("2.5.29.19", der.sequence()),
            _KEY_IDENTIFIER,
            extension("2.5.29.35", identifier),
            extension("2.5.29.37", der.sequence(_CLIENT_AUTH)),
            extension("2.5.29.15", b"\x03\x02\x07\x80"),
        ],
        subject=text(0x0C, b"client1"),
    )


def of_ad_cs(_folder: Path) -> bytes:
    """Windows AD CS, template User: a user principal name, Microsoft's template extensions, an LDAP list."""
    upn = der.encode(0xA0, der.encode(0x0C, b"alice@corp.example"))
    other = der.encode(0xA0, der.object_identifier("1.3.6.1.4.1.311.20.2.3"), upn)
    ldap = der.encode(0x86, b"ldap:///CN=Corp%20CA,CN=CDP,DC=corp,DC=example?certificateRevocationList")
    points = der.sequence(der.sequence(der.encode(0xA0, der.encode(0xA0, ldap))))
    purposes = ("1.3.6.1.4.1.311.10.3.4", "1.3.6.1.5.5.7.3.4")
    return certificate(
        [
            extension("2.5.29.15", b"\x03\x02\x05\xa0", _CRITICAL),
            extension("2.5.29.37", der.sequence(*map(der.object_identifier, purposes), _CLIENT_AUTH)),
            extension("1.3.6.1.4.1.311.20.2", b"\x1e\x08\x00U\x00s\x00e\x00r"),
            _KEY_IDENTIFIER,
            extension("2.5.29.31", points),
            extension("2.5.29.17", der.sequence(other)),
        ],
        subject=name(
            ("0.9.2342.19200300.100.1.25", 0x16, b"example"),
            ("0.9.2342.19200300.100.1.25", 0x16, b"corp"),
            ("2.5.4.3", 0x0C, b"Alice"),
            ("1.2.840.113549.1.9.1", 0x16, b"alice@corp.example"),
        ),
    )


def of_a_device(_folder: Path) -> bytes:
    """A device from Germany with old firmware: Latin-1 in a TeletexString, and cA=FALSE written out."""
    return certificate(
        [
            extension("2.5.29.19", der.sequence(b"\x01\x01\x00")),
            extension("2.5.29.37", der.sequence(_CLIENT_AUTH)),
        ],
        subject=text(0x14, b"T\xfcr 7"),
    )


def of_ml_dsa(_folder: Path) -> bytes:
    """A leaf with an ML-DSA-65 key (RFC 9881): OpenSSL 3.0 cannot make one, so its key is octets."""
    algorithm = der.sequence(der.object_identifier("2.16.840.1.101.3.4.3.18"))
    key_info = der.sequence(algorithm, der.bit_string(bytes(range(1, 65)) * 30 + bytes(32)))
    return certificate(subject=text(0x0C, b"alice"), subjectPublicKeyInfo=key_info)


def of_openssl(folder: Path) -> bytes:
    """``openssl req -x509`` as it is, a self-signed certificate with its default extensions."""
    path = folder / "openssl.der"
    subject = ["-subj", "/C=DE/O=Example/CN=alice/emailAddress=alice@example.org"]
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(*made, *subject, "-keyout", folder / "key.pem", "-outform", "DER", "-out", path)
    return path.read_bytes()


def of_keytool(folder: Path) -> bytes:
    """``keytool -genkeypair`` as it is: a self-signed certificate with a subject key identifier alone."""
    store = folder / "keys.p12"
    access = ["-keystore", str(store), "-storepass", "changeit", "-alias", "alice"]
    made = ["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=alice, O=Example"]
    keytool = program("keytool")
    subprocess.run([keytool, *made, *access], check=True, capture_output=True, timeout=60)
    exported = [keytool, "-exportcert", *access]
    return subprocess.run(exported, check=True, capture_output=True, timeout=60).stdout


WRITTEN: dict[str, Callable[[Path], bytes]] = {
    "certutil": of_certutil,
    "certtool": of_certtool,
    "easy-rsa": of_easy_rsa,
    "AD CS": of_ad_cs,
    "a device": of_a_device,
    "ML-DSA": of_ml_dsa,
}
MADE: dict[str, Callable[[Path], bytes]] = {"openssl": of_openssl, "keytool": of_keytool}
