"""Settings and credentials of a handshake machine, fixed before it starts; policy stays with the actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.tls.crypto.peer_key import signing_key
from simulator.tls.crypto.signing_device import SigningDevice
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.records import RecordStyle
from simulator.tls.wire.registry import SPOKEN_GROUPS, SPOKEN_SIGNATURE_SCHEMES
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.tls.crypto.signatures import PrivateKey, SigningKey


# AES-128 first: every TLS 1.3 stack has it (RFC 8446 section 9.1). In TLS 1.2 each cipher has a suite for an
# ECDSA key and one for an RSA key.
CIPHER_SUITES_OF = {
    Version.TLS13: (0x1301, 0x1302, 0x1303),
    Version.TLS12: (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8),
}
GROUPS, SIGNATURE_SCHEMES = SPOKEN_GROUPS, SPOKEN_SIGNATURE_SCHEMES


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate chain and a private key.

    Attributes:
        chain: DER certificates, leaf first.
        private_key: signs, or the device that keeps it; it need not belong to the leaf (a thief's does not).
        signing_key: the private key as the leaf lets it sign: with RSASSA-PSS alone if the leaf says so.
    """

    chain: tuple[bytes, ...]
    private_key: PrivateKey | SigningDevice
    signing_key: SigningKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signing_key", signing_key(self.private_key, self.chain))

    @property
    def key_at_hand(self) -> PrivateKey | None:
        """The private key, or None where a device keeps it."""
        return None if isinstance(self.private_key, SigningDevice) else self.private_key


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """A client's settings.

    Attributes:
        version: the one version it offers.
        server_name: host for server_name (SNI), or None to leave the extension out.
        cipher_suites: code points in order, or None for all of this version.
        groups: named groups in order of preference; shares are sent for ``key_shares`` of them.
        key_shares: how many of ``groups`` get a key share in the first ClientHello.
        signature_schemes: code points that it accepts in CertificateVerify and chains.
        refuses_in_clear: send a TLS 1.3 refusal of the server's certificate as a plaintext alert, as OpenSSL
            does, instead of under the handshake keys.
        corrupts_proof: sign a wrong transcript in CertificateVerify.
        bad_proof_alert: the alert for a proof that does not hold (RFC 8446, section 4.4.3).
        record_style: the layout of messages in records.
    """

    version: Version
    server_name: str | None = None
    cipher_suites: tuple[int, ...] | None = None
    groups: tuple[int, ...] = GROUPS
    key_shares: int = 1
    signature_schemes: tuple[int, ...] = SIGNATURE_SCHEMES
    refuses_in_clear: bool = False
    corrupts_proof: bool = False
    bad_proof_alert: AlertDescription = AlertDescription.DECRYPT_ERROR
    record_style: RecordStyle = RecordStyle()


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """A server's settings.

    Attributes:
        version: the one version it speaks.
        credential: its certificate chain and key.
        certificate_authorities: DER names for the CertificateRequest, if one is sent; empty for no hint.
        tickets: NewSessionTicket messages after the handshake (TLS 1.2: at most one, and only if asked).
        cipher_suites: code points in order of the server's preference, or None for all of this version.
        groups: named groups it accepts.
        signature_schemes: code points that it accepts from the client.
        proof_first: in TLS 1.3, read the client's proof before the certificate is judged.
        bad_proof_alert: the alert for a proof that does not hold.
        record_style: the layout of messages in records.
    """

    version: Version
    credential: Credential
    certificate_authorities: tuple[bytes, ...] = ()
    tickets: int = 2
    cipher_suites: tuple[int, ...] | None = None
    groups: tuple[int, ...] = GROUPS
    signature_schemes: tuple[int, ...] = SIGNATURE_SCHEMES
    proof_first: bool = False
    bad_proof_alert: AlertDescription = AlertDescription.DECRYPT_ERROR
    record_style: RecordStyle = RecordStyle()
