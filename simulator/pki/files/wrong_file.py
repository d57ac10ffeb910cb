"""The words for a file of the wrong kind: what it is, what is needed, and the call or command that helps."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.files.outlines import FileKind

if TYPE_CHECKING:
    from simulator.pki.files.kinds import FileFacts
    from simulator.pki.files.outlines import Outline

# The most costly password that a file may ask for: OpenJDK's own limit for PKCS#12, some seconds.
MOST_ROUNDS = 5_000_000


class Wanted(Enum):
    """The things that are read from files: the name of one, and the forms in which it is read."""

    CERTIFICATES = ("certificate", "certificates as PEM, DER or PKCS#7")
    PRIVATE_KEY = ("private key", "a private key as PEM or DER")
    IDENTITY = ("identity", "a .p12 or .pfx file with certificate and private key")
    REVOCATION_LISTS = ("revocation list", "revocation lists as PEM or DER")
    OCSP_ANSWER = ("OCSP answer", "an OCSP response as DER, as openssl ocsp -respout writes it")
    TRUST_STORE = ("certificate to trust", "certificates as PEM, DER, PKCS#7, PKCS#12 or JKS")


# These may well hold what is wanted, so a message cannot say that it is absent.
_CONTAINERS = frozenset(
    {
        FileKind.PKCS12,
        FileKind.JAVA_STORE,
        FileKind.JAVA_CRYPTO_STORE,
        FileKind.BOUNCY_CASTLE_STORE,
        FileKind.DATABASE,
        FileKind.CAPTURE,
        FileKind.ARCHIVE,
    }
)


_KEYTOOL = "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"
_JOIN = "openssl pkcs12 -export -inkey KEY.pem -in CERTIFICATE.pem -out FILE.p12"
_TAKE_CAS = "openssl pkcs12 -in FILE -cacerts -nokeys -out CAS.pem"
_ADVICE: dict[FileKind, str] = {
    FileKind.EMPTY: "Copy the file again.",
    FileKind.REQUEST: "A CA makes a certificate of it; give the file that the CA sent back.",
    FileKind.REVOCATION_LIST: "It lists revoked certificates and contains none; give the certificate itself.",
    FileKind.OCSP_RESPONSE: "It says whether a certificate is revoked; give the certificate itself.",
    FileKind.PUBLIC_KEY: "It is half a key pair; give the certificate, or the file with the private key.",
    FileKind.JAVA_STORE: f"Convert it: {_KEYTOOL}",
    FileKind.JAVA_CRYPTO_STORE: f"Convert it: {_KEYTOOL} -srcstoretype JCEKS",
    FileKind.BOUNCY_CASTLE_STORE: f"Convert it: {_KEYTOOL} -srcstoretype BKS, with Bouncy Castle's "
    "-providerpath and -providerclass",
    FileKind.DATABASE: "Export from it: pk12util -o FILE.p12 -n NAME -d FOLDER",
    FileKind.PUTTY_KEY: "Convert it: puttygen FILE -O private-openssh -o KEY.pem",
    FileKind.SSH_PUBLIC_KEY: "SSH knows no certificates of X.509; give the certificate that a CA issued.",
    FileKind.OPENPGP: "OpenPGP and X.509 have no common form; give the certificate that a CA issued.",
    FileKind.CAPTURE: "Save the certificate from Wireshark: right click on it, Export Packet Bytes.",
    FileKind.ARCHIVE: "Unpack it and give the file inside.",
    FileKind.WEB_PAGE: "Save the file itself, not the page that links to it or the page of an error.",
    FileKind.JSON: "Give the file of the certificate or key itself, as PEM or DER.",
    FileKind.CUT_OFF: "Copy the file again, as binary.",
}
_OF_A_CA = {
    Wanted.REVOCATION_LISTS: "Give the list that the CA publishes; a certificate of it may have the address.",
    Wanted.OCSP_ANSWER: "Ask for one: openssl ocsp -issuer CA.pem -cert FILE -url ADDRESS -respout ANSWER",
}
_OPENSSH = "Convert a copy of it: cp FILE KEY.pem; ssh-keygen -p -m PKCS8 -f KEY.pem"
_OTHERWISE = "Give a PEM, DER or PKCS#12 file as openssl or keytool writes it."


def wrong_file(wanted: Wanted, facts: FileFacts) -> CertificateError:
    """The error for a file that does not hold what is wanted."""
    noun, expected = wanted.value
    if wanted is Wanted.IDENTITY:
        message = "This is not a PKCS#12 file."
    elif facts.kind in _CONTAINERS or "OPENSSH PRIVATE KEY" in dict(facts.labels):
        message = f"No {noun} is read from a file of this kind."
    else:
        message = f"There is no {noun} inside."
    return CertificateError(message, got=str(facts), expected=expected, advice=_advice(wanted, facts))


def _advice(wanted: Wanted, facts: FileFacts) -> str:
    """The call or the command that helps."""
    labels = [label for label, _ in facts.labels]
    if wanted in _OF_A_CA and (facts.certificates or facts.keys):
        return _OF_A_CA[wanted]
    if facts.outline is not None and facts.outline.damaged:
        return _ADVICE[FileKind.CUT_OFF]
    if facts.kind is FileKind.PKCS12:
        call = "load_pkcs12(data, password)" if facts.keys else "load_trust_store(data, password)"
        if wanted is Wanted.PRIVATE_KEY and not facts.keys:
            return f"Give the file that holds the private key; {call} reads this one."
        if wanted is Wanted.TRUST_STORE:
            return f"It is an identity: read it with {call}, or take its CAs: {_TAKE_CAS}"
        return f"Read it with {call}."
    if facts.kind in _ADVICE:
        return _ADVICE[facts.kind]
    if "OPENSSH PRIVATE KEY" in labels:
        return _OPENSSH
    if facts.keys and facts.certificates and wanted is Wanted.IDENTITY:
        return "Read it with load_private_key(data, password) and load_certificates(data)."
    if facts.keys:
        if wanted is Wanted.IDENTITY:
            return f"Read it with load_private_key(data, password), or make a PKCS#12 file: {_JOIN}"
        return "Give the file that holds the certificate; load_private_key(data, password) reads this one."
    if facts.certificates:
        if wanted is Wanted.IDENTITY:
            return f"Read it with load_certificates(data), or make a PKCS#12 file: {_JOIN}"
        return "Give the file that holds the private key; load_certificates(data) reads this one."
    by_label = (_ADVICE[kind] for words, kind in _KIND_OF_LABEL if any(words in label for label in labels))
    return next(by_label, _OTHERWISE)


# The first of these words in a label names the kind of a PEM block that is neither certificate nor key.
_KIND_OF_LABEL = (
    ("CERTIFICATE REQUEST", FileKind.REQUEST),
    ("CRL", FileKind.REVOCATION_LIST),
    ("PUBLIC KEY", FileKind.PUBLIC_KEY),
    ("PGP", FileKind.OPENPGP),
)


def check_rounds(outline: Outline) -> None:
    """Make sure that opening a file with its password takes seconds at most.

    Raises:
        CertificateError: the file asks for more work.
    """
    if outline.rounds > MOST_ROUNDS:
        raise CertificateError(
            "The password of this file takes too much work.",
            got=f"{outline.rounds:,} rounds",
            expected=f"at most {MOST_ROUNDS:,} rounds",
            advice="Export the file anew with fewer iterations.",
        )
