"""Ephemeral Diffie-Hellman: each side makes a key for one handshake and shows its public half.

Both sides compute the same shared secret; an eavesdropper cannot. Groups: x25519 (RFC 7748),
secp256r1, secp384r1 and secp521r1. Source: RFC 8446 sections 4.2.8 and 7.4, RFC 8422 section 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.errors import SimulatorError
from simulator.tls.wire.alerts import illegal_parameter
from simulator.tls.wire.registry import group_name

if TYPE_CHECKING:
    from simulator.entropy import Entropy

X25519 = 0x001D
SECP256R1 = 0x0017
SECP384R1 = 0x0018
SECP521R1 = 0x0019
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P384_ORDER = int(
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
)
P521_ORDER = (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7
UNCOMPRESSED_POINT = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A NIST curve: the library's value, the order of its base point, and the length of a coordinate."""

    library: ec.EllipticCurve
    order: int
    coordinate_length: int

    @property
    def point_length(self) -> int:
        """Bytes of an uncompressed point."""
        return 1 + 2 * self.coordinate_length


CURVES = {
    SECP256R1: Curve(ec.SECP256R1(), P256_ORDER, 32),
    SECP384R1: Curve(ec.SECP384R1(), P384_ORDER, 48),
    SECP521R1: Curve(ec.SECP521R1(), P521_ORDER, 66),
}
# 16 bytes more than the order has make the remainder as good as evenly spread (FIPS 186-5 A.2.1).
EXTRA_MATERIAL_LENGTH = 16


@dataclass(frozen=True, slots=True)
class KeyShare:
    """One side's ephemeral key in one group.

    Attributes:
        group: the named group.
        private_key: never leaves this object.
        public: the public half as it stands in the message.
    """

    group: int
    private_key: X25519PrivateKey | ec.EllipticCurvePrivateKey
    public: bytes

    def agree(self, peer_public: bytes) -> bytes:
        """The shared secret with a peer's public key.

        Raises:
            ProtocolViolation: ``illegal_parameter``: the peer's key is none of this group, or the result
                is all zeros (RFC 8446 sections 4.2.8.2 and 7.4.2).
        """
        try:
            if isinstance(self.private_key, X25519PrivateKey):
                return self.private_key.exchange(X25519PublicKey.from_public_bytes(peer_public))
            curve = CURVES[self.group]
            if len(peer_public) == curve.point_length and peer_public[0] == UNCOMPRESSED_POINT:
                point = ec.EllipticCurvePublicKey.from_encoded_point(curve.library, peer_public)
                return self.private_key.exchange(ec.ECDH(), point)
        except ValueError:
            pass  # said below, with what was expected
        raise illegal_parameter(
            f"A public key is not one of the group {group_name(self.group)}.",
            got=f"{len(peer_public)} bytes",
            expected="32 bytes that do not give zero"
            if self.group == X25519
            else f"an uncompressed point on the curve, {CURVES[self.group].point_length} bytes",
        )


def generate_key_share(group: int, entropy: Entropy, owner: str) -> KeyShare:
    """Make an ephemeral key.

    Args:
        group: the named group, :data:`X25519`, :data:`SECP256R1` or :data:`SECP384R1`.
        entropy: the source of its bytes; the same bytes give the same key.
        owner: ``client`` or ``server``, for the label of the entropy.

    Raises:
        SimulatorError: the group is not one of these.
    """
    label = f"{owner}/key share/{group_name(group)}"
    if group == X25519:
        private = X25519PrivateKey.from_private_bytes(entropy(label, 32))
        return KeyShare(group, private, private.public_key().public_bytes_raw())
    if group in CURVES:
        curve = CURVES[group]
        material = entropy(label, curve.coordinate_length + EXTRA_MATERIAL_LENGTH)
        key = ec.derive_private_key(int.from_bytes(material) % (curve.order - 1) + 1, curve.library)
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return KeyShare(group, key, public)
    raise SimulatorError(
        "No key exchange for this group.",
        got=group_name(group),
        expected="x25519, secp256r1 or secp384r1",
        advice="Choose one of these groups.",
    )
