"""The code points this implementation knows, by the names of the IANA TLS registries.

A code point that is not listed keeps its number: ``unknown (0x1234)``. The reserved values of RFC 8701,
which peers send to see that they are ignored, are called GREASE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.tls.wire.version import Version

Aead = Literal["AES-GCM", "ChaCha20-Poly1305"]


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """A cipher suite that this implementation speaks.

    Attributes:
        code: the code point.
        name: the RFC's name.
        version: the one protocol version it belongs to.
        hash_name: hash of HKDF or PRF and of the transcript, as ``hashlib`` calls it.
        aead: the cipher that protects records.
        key_length: bytes of a key.
        iv_length: bytes of the IV that the key schedule gives; AES-GCM in TLS 1.2 takes 4, the rest 12.
        authentication: TLS 1.2 only, the key the server's certificate must hold.
    """

    code: int
    name: str
    version: Version
    hash_name: Literal["sha256", "sha384"]
    aead: Aead
    key_length: int
    iv_length: int
    authentication: Literal["ecdsa", "rsa"] | None = None


# The rows of the table are short enough for a line each with these.
V12, V13 = Version.TLS12, Version.TLS13
GCM: Aead = "AES-GCM"
POLY: Aead = "ChaCha20-Poly1305"

CIPHER_SUITES: dict[int, CipherSuite] = {
    suite.code: suite
    for suite in (
        CipherSuite(0x1301, "TLS_AES_128_GCM_SHA256", V13, "sha256", GCM, 16, 12),
        CipherSuite(0x1302, "TLS_AES_256_GCM_SHA384", V13, "sha384", GCM, 32, 12),
        CipherSuite(0x1303, "TLS_CHACHA20_POLY1305_SHA256", V13, "sha256", POLY, 32, 12),
        CipherSuite(0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", V12, "sha256", GCM, 16, 4, "ecdsa"),
        CipherSuite(0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", V12, "sha384", GCM, 32, 4, "ecdsa"),
        CipherSuite(0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", V12, "sha256", GCM, 16, 4, "rsa"),
        CipherSuite(0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", V12, "sha384", GCM, 32, 4, "rsa"),
        CipherSuite(
            0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", V12, "sha256", POLY, 32, 12, "rsa"
        ),
        CipherSuite(
            0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", V12, "sha256", POLY, 32, 12, "ecdsa"
        ),
    )
}

# Met in the hellos of others; named so that the annotated view can say what they are.
OTHER_CIPHER_SUITES: dict[int, str] = {
    0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
    0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
    0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
    0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    0x00FF: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    0x1304: "TLS_AES_128_CCM_SHA256",
    0x1305: "TLS_AES_128_CCM_8_SHA256",
    0x5600: "TLS_FALLBACK_SCSV",
    0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    0xC024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    0xCCAA: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}

NAMED_GROUPS: dict[int, str] = {
    0x0017: "secp256r1",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x001A: "brainpoolP256r1",
    0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1",
    0x001D: "x25519",
    0x001E: "x448",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
}

SIGNATURE_SCHEMES: dict[int, str] = {
    0x0201: "rsa_pkcs1_sha1",
    0x0202: "dsa_sha1",
    0x0203: "ecdsa_sha1",
    0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224",
    0x0303: "ecdsa_sha224",
    0x0401: "rsa_pkcs1_sha256",
    0x0402: "dsa_sha256",
    0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384",
    0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512",
    0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
    0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
    0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44",
    0x0905: "mldsa65",
    0x0906: "mldsa87",
}

# What this implementation speaks itself, in its order of preference:
# x25519, secp256r1, secp384r1. In TLS 1.2 the list also says on which curves a certificate's key may be
# (RFC 8422 section 5.1.1): without the last, OpenSSL's server does not use its P-384 certificate.
SPOKEN_GROUPS = (0x001D, 0x0017, 0x0018)
# Further ones are offered only where a key of a scenario needs them, so that usual hellos stay short.
# ECDSA P-521, Ed448, RSASSA-PSS by a key for it alone (three hashes)
FURTHER_SIGNATURE_SCHEMES = (0x0603, 0x0808, 0x0809, 0x080A, 0x080B)
FURTHER_GROUPS = (0x0019,)  # secp521r1
# ECDSA P-256, Ed25519, ECDSA P-384, RSA-PSS (three hashes), RSA PKCS#1 (three hashes; TLS 1.2 and chains)
SPOKEN_SIGNATURE_SCHEMES = (0x0403, 0x0807, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601)

PROTOCOL_VERSIONS: dict[int, str] = {
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
}

# The kinds of key that a CertificateRequest of TLS 1.2 names (RFC 5246 section 7.4.4, RFC 8422 section 5.5).
CERTIFICATE_TYPES: dict[int, str] = {
    1: "rsa_sign",
    2: "dss_sign",
    3: "rsa_fixed_dh",
    4: "dss_fixed_dh",
    64: "ecdsa_sign",
    65: "rsa_fixed_ecdh",
    66: "ecdsa_fixed_ecdh",
}


def is_grease(code: int) -> bool:
    """The code point is one of RFC 8701's reserved 0x0A0A, 0x1A1A, … 0xFAFA."""
    return code & 0x0F0F == 0x0A0A and code >> 8 == code & 0xFF


def unknown_name(code: int, digits: int = 4) -> str:
    """The name of a code point that no table lists."""
    if digits == 4 and is_grease(code):
        return f"GREASE (0x{code:04x}), to be ignored"
    return f"unknown (0x{code:0{digits}x})"


def cipher_suite_name(code: int) -> str:
    """The name of a cipher suite."""
    suite = CIPHER_SUITES.get(code)
    return suite.name if suite else OTHER_CIPHER_SUITES.get(code) or unknown_name(code)


def group_name(code: int) -> str:
    """The name of a named group."""
    return NAMED_GROUPS.get(code) or unknown_name(code)


def signature_scheme_name(code: int) -> str:
    """The name of a signature scheme."""
    return SIGNATURE_SCHEMES.get(code) or unknown_name(code)


def version_name(code: int) -> str:
    """The name of a protocol version."""
    return PROTOCOL_VERSIONS.get(code) or unknown_name(code)


def certificate_type_name(code: int) -> str:
    """The name of a TLS 1.2 client certificate type."""
    return CERTIFICATE_TYPES.get(code) or unknown_name(code, 2)
