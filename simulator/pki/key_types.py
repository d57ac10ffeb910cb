"""Names around keys and certificates: key types, usages, hashes, extensions.

Reading a scenario needs them, and no cryptography.
"""

from __future__ import annotations

from enum import Enum


class KeyType(Enum):
    """The kinds of key a certificate of the world can have; the value is the name a scenario file uses."""

    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"
    ED25519 = "Ed25519"
    ED448 = "Ed448"
    RSA2048 = "RSA-2048"
    RSA3072 = "RSA-3072"
    RSA4096 = "RSA-4096"
    RSA1024 = "RSA-1024"  # too weak for today: and therefore a lesson


# The names of RFC 5280 §4.2.1.3 and §4.2.1.12, with the library's attribute or the object identifier.
KEY_USAGES = {
    "digitalSignature": "digital_signature",
    "contentCommitment": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}
EXTENDED_KEY_USAGES = {
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "clientAuth": "1.3.6.1.5.5.7.3.2",
    "codeSigning": "1.3.6.1.5.5.7.3.3",
    "emailProtection": "1.3.6.1.5.5.7.3.4",
    "timeStamping": "1.3.6.1.5.5.7.3.8",
    "OCSPSigning": "1.3.6.1.5.5.7.3.9",
    "anyExtendedKeyUsage": "2.5.29.37.0",
}

# The extensions whose meaning is taken into account (RFC 5280 §4.2), with their object identifiers.
EXTENSION_OIDS = {
    "subjectKeyIdentifier": "2.5.29.14",
    "keyUsage": "2.5.29.15",
    "subjectAltName": "2.5.29.17",
    "basicConstraints": "2.5.29.19",
    "nameConstraints": "2.5.29.30",
    "cRLDistributionPoints": "2.5.29.31",
    "certificatePolicies": "2.5.29.32",
    "policyMappings": "2.5.29.33",
    "authorityKeyIdentifier": "2.5.29.35",
    "policyConstraints": "2.5.29.36",
    "extKeyUsage": "2.5.29.37",
    "inhibitAnyPolicy": "2.5.29.54",
    "authorityInfoAccess": "1.3.6.1.5.5.7.1.1",
    "netscapeCertType": "2.16.840.1.113730.1.1",  # older than RFC 5280, and OpenSSL still heeds it
}
EXTENSION_NAMES = {dotted: name for name, dotted in EXTENSION_OIDS.items()}

USER_PRINCIPAL_NAME = "1.3.6.1.4.1.311.20.2.3"  # an otherName: the user's name in a Windows domain
ANY_POLICY = "2.5.29.32.0"
POLICY_NAMES = {"anyPolicy": ANY_POLICY}  # the one policy that RFC 5280 §4.2.1.4 names

# Not MD5: a stack says to it what it says to SHA-1, so it teaches nothing more.
SIGNATURE_HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")
