"""Every kind of file through every reader: a value, or words that say what the file is and what helps."""

from __future__ import annotations

from itertools import product

from simulator.errors import CertificateError
from simulator.pki.files.kinds import file_facts
from simulator.pki.files.outlines import FileKind
from tests.pki.made_files import MADE, PASSWORD, READERS, alice, made

#: The kind in words, certificates and keys that are seen, and what each reader makes of it: a number of
#: certificates, the type of a key, or the words of a remedy.
Row = tuple[str, int, int, "int | str", str, "int | str", "int | str"]
HOLDS_CERTIFICATE = "Give the file that holds the certificate; load_private_key"
HOLDS_KEY = "Give the file that holds the private key; load_certificates"
JOIN = "Read it with load_certificates(data), or make a PKCS#12 file: openssl pkcs12 -export"
JOIN_KEY = "Read it with load_private_key(data, password), or make a PKCS#12 file: openssl pkcs12 -export"
IS_PKCS12 = "Read it with load_pkcs12(data, password)."
IS_STORE = "Read it with load_trust_store(data, password)."
ONE, TWO = "P-256", "Choose the key that belongs to the certificate."


UTF_16 = "a PEM file with CERTIFICATE (2), as UTF-16 text"


def same(words: str, kind: str, certificates: int = 0, keys: int = 0) -> Row:
    """A row whose four readers say the same."""
    return kind, certificates, keys, words, words, words, words


def of_certificates(kind: str, number: int) -> Row:
    """A row of a file of certificates."""
    return kind, number, 0, number, HOLDS_KEY, JOIN, number


def of_key(kind: str) -> Row:
    """A row of a file with one key."""
    return kind, 0, 1, HOLDS_CERTIFICATE, ONE, JOIN_KEY, HOLDS_CERTIFICATE


def of_identity(kind: str) -> Row:
    """A row of a PKCS#12 file with a key."""
    return kind, 0, 1, IS_PKCS12, IS_PKCS12, 2, "It is an identity: read it with load_pkcs12"


KEYTOOL = "Convert it: keytool -importkeystore -srckeystore FILE"
TABLE: dict[str, Row] = {
    "empty": same("Copy the file again.", "an empty file"),
    "certificates": of_certificates("a PEM file with CERTIFICATE (2)", 2),
    "certificate DER": of_certificates("a DER certificate", 1),
    "certificates UTF-16 with mark": of_certificates(UTF_16, 2),
    "certificates UTF-16 big-endian": of_certificates(UTF_16, 2),
    "certificates UTF-16 little-endian": of_certificates(
        "a PEM file with CERTIFICATE (2), as UTF-16 text", 2
    ),
    "certificates UTF-8 with mark": of_certificates(
        "a PEM file with CERTIFICATE (2), as UTF-8 with a byte order mark", 2
    ),
    "certificate base64": of_certificates("a DER certificate, as base64 without BEGIN and END lines", 1),
    "trusted certificate": of_certificates("a PEM file with TRUSTED CERTIFICATE", 1),
    "PKCS#7": of_certificates("a PEM file with PKCS7", 2),
    "PKCS#7 DER": of_certificates("a PKCS#7 file with 2 certificates", 2),
    "PKCS#7 BER": of_certificates("a PKCS#7 file with 2 certificates", 2),
    "PKCS#12": of_identity("a PKCS#12 file with 1 private key; more is encrypted"),
    "PKCS#12 BER": of_identity("a PKCS#12 file with 1 private key; more is encrypted"),
    "PKCS#12 base64": of_identity(
        "a PKCS#12 file with 1 private key; more is encrypted, as base64 without BEGIN and END lines"
    ),
    "PKCS#12 without key": (
        "a PKCS#12 file with 1 certificate and no private key",
        1,
        0,
        IS_STORE,
        "Give the file that holds the private key; load_trust_store",
        IS_STORE.replace("Read it", "Read its certificates"),
        1,
    ),
    "PKCS#12 by openssl, without key": (
        "a PKCS#12 file with no private key; more is encrypted",
        0,
        0,
        IS_STORE,
        "Give the file that holds the private key; load_trust_store",
        IS_STORE.replace("Read it", "Read its certificates"),
        1,
    ),
    "key": of_key("a PEM file with PRIVATE KEY"),
    "key DER": of_key("a private key (PKCS#8)"),
    "key UTF-16": of_key("a PEM file with PRIVATE KEY, as UTF-16 text"),
    "key SEC 1": of_key("a PEM file with EC PRIVATE KEY"),
    "key SEC 1 DER": of_key("an EC private key (SEC 1)"),
    "key PKCS#1 DER": (
        "an RSA private key (PKCS#1)",
        0,
        1,
        HOLDS_CERTIFICATE,
        "RSA-2048",
        JOIN_KEY,
        HOLDS_CERTIFICATE,
    ),
    "key encrypted": of_key("a PEM file with ENCRYPTED PRIVATE KEY"),
    "key encrypted DER": of_key("an encrypted private key (PKCS#8)"),
    "key encrypted PBES1": of_key("a PEM file with ENCRYPTED PRIVATE KEY"),
    "key encrypted scrypt": of_key("a PEM file with ENCRYPTED PRIVATE KEY"),
    "key encrypted DEK-Info": of_key("a PEM file with EC PRIVATE KEY"),
    "key and certificates": (
        "a PEM file with PRIVATE KEY and CERTIFICATE (2)",
        2,
        1,
        2,
        ONE,
        "Read it with load_private_key(data, password) and load_certificates(data).",
        2,
    ),
    "two keys": (
        "a PEM file with PRIVATE KEY (2)",
        0,
        2,
        HOLDS_CERTIFICATE,
        TWO,
        JOIN_KEY,
        HOLDS_CERTIFICATE,
    ),
    "OpenSSH key": same("ssh-keygen -p -m PKCS8 -f KEY.pem", "a PEM file with OPENSSH PRIVATE KEY", keys=1),
    "SSH public key": same("SSH knows no certificates of X.509", "an SSH public key"),
    "PuTTY key": same("puttygen FILE -O private-openssh -o KEY.pem", "a PuTTY private key", keys=1),
    "request": same("give the file that the CA sent back", "a PEM file with CERTIFICATE REQUEST"),
    "request DER": same("give the file that the CA sent back", "a certification request"),
    "revocation list": same("It lists revoked certificates", "a PEM file with X509 CRL"),
    "revocation list DER": same("It lists revoked certificates", "a certificate revocation list"),
    "public key": same("It is half a key pair", "a PEM file with PUBLIC KEY"),
    "public key DER": same("It is half a key pair", "a public key"),
    "OpenPGP key": same("OpenPGP and X.509 have no common form", "OpenPGP data with PGP PRIVATE KEY BLOCK"),
    "JKS": (
        "a Java key store (JKS) with 1 certificate and no private key",
        1,
        0,
        KEYTOOL,
        KEYTOOL,
        KEYTOOL,
        1,
    ),
    "JCEKS": same(KEYTOOL, "a Java key store (JCEKS) with 1 certificate and no private key", certificates=1),
    "BKS": same(KEYTOOL, "a Bouncy Castle key store (BKS)"),
    "NSS database": same("pk12util -o FILE.p12", "an SQLite database, as NSS and Firefox keep their keys in"),
    "pcap": same("Save the certificate from Wireshark", "a capture (pcap or pcapng)"),
    "pcapng": same("Save the certificate from Wireshark", "a capture (pcap or pcapng)"),
    "ZIP": same("Unpack it", "an archive (ZIP or gzip)"),
    "web page": same("Save the file itself", "a web page"),
    "JSON": same("Give the file of the certificate or key itself", "a JSON document"),
    "text": same("Give a PEM, DER or PKCS#12 file", "text without PEM blocks"),
    "binary": same(
        "Give a PEM, DER or PKCS#12 file", "bytes of an unknown kind (40 bytes that begin 01 02 03 04)"
    ),
    "other DER": same(
        "Give a PEM, DER or PKCS#12 file", "DER of another kind (5 bytes that begin 30 03 02 01)"
    ),
    "cut off DER": same(
        "Copy the file again, as binary.",
        f"DER whose end is missing ({len(alice().certificate.der) - 9} bytes that begin 30 82 01 "
        f"{alice().certificate.der[3]:02x})",
    ),
}


def test_every_kind_is_in_the_table() -> None:
    """Each file that is made has a row, and each kind of file that is told apart is made."""
    assert MADE.keys() == TABLE.keys()
    kinds = {file_facts(made(name)).kind for name in MADE}
    assert set(FileKind) - kinds == {FileKind.DSA_KEY, FileKind.OCSP_RESPONSE}  # tests of their own, below


def test_the_kind_is_said() -> None:
    """The one function says what the file is, and how many certificates and keys can be seen."""
    for name in MADE:
        kind, certificates, keys, *_ = TABLE[name]
        facts = file_facts(made(name))
        assert (str(facts), facts.certificates, facts.keys) == (kind, certificates, keys), name


def test_every_kind_through_every_reader() -> None:
    """A reader gives the value, or says what the file is, what is needed, and what helps."""
    for name, reader in product(MADE, READERS):
        expected = TABLE[name][3 + list(READERS).index(reader)]
        data = made(name)
        facts = file_facts(data)
        password = PASSWORD if facts.encrypted else None
        try:
            found: object = READERS[reader](data, password)
        except CertificateError as error:
            found = error
        if isinstance(expected, int) or expected in (ONE, "RSA-2048"):
            assert expected == found, (name, reader)
            continue
        assert isinstance(found, CertificateError), (name, reader)
        assert expected in found.advice, (name, reader)
        assert found.expected, (name, reader)
        if expected != TWO and "can be used" not in found.message:
            assert str(facts) == found.got, (name, reader)
