"""Command lines that redo with OpenSSL what a message says: read its certificate, check its signature."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from simulator.tls.wire.messages import CertificateVerify
from simulator.tls.wire.registry import signature_scheme_name
from simulator.views.story.reading import message_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.tls.wire.version import Version
    from simulator.views.story.message_bytes import Signed


def certificate_commands(chain: Sequence[bytes]) -> list[str]:
    """The lines that write the client's certificate to a file and print it.

    Args:
        chain: the certificates, DER, the client's own first.
    """
    return [_file("certificate.der", chain[0]), "openssl x509 -inform DER -in certificate.der -noout -text"]


def proof_commands(chain: Sequence[bytes], signed: Signed, raw: bytes, version: Version) -> list[str]:
    """The lines that check the signature of a CertificateVerify with the key of the certificate.

    Args:
        chain: the certificates, DER, the client's own first.
        signed: the bytes that are signed.
        raw: the CertificateVerify, a whole handshake message.
        version: whose form it has.
    """
    message = message_in(raw, version)
    if not isinstance(message, CertificateVerify):
        return []
    scheme = signature_scheme_name(message.algorithm)
    return [
        _file("certificate.der", chain[0]),
        _file("signed.bin", signed.content),
        _file("signature.bin", message.signature),
        "openssl x509 -inform DER -in certificate.der -noout -pubkey -out key.pem",
        _verify(scheme),
    ]


def _verify(scheme: str) -> str:
    """The line that checks a signature of a scheme; Ed25519 and Ed448 hash by themselves."""
    if scheme.startswith("ed"):
        return "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed.bin -sigfile signature.bin"
    padding = (
        " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1" if scheme.startswith("rsa_pss") else ""
    )
    hash_name = scheme.rpartition("_")[2]
    return f"openssl dgst -{hash_name} -verify key.pem -signature signature.bin{padding} signed.bin"


def _file(name: str, data: bytes) -> str:
    return f"echo {b64encode(data).decode()} | openssl base64 -d -A -out {name}"
