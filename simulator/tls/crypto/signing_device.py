"""The signing protocol of a security device: a public key to see, and signatures to ask for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.pki.keys import PublicKey


class SigningDevice(ABC):
    """A holder of a private key that signs with it; there is no way to ask for the key itself."""

    @property
    @abstractmethod
    def public_key(self) -> PublicKey:
        """The public key, which says what kind of signature the device can make."""

    @abstractmethod
    def sign(self, code: int, content: bytes, entropy: Entropy) -> bytes:
        """Sign inside the device; arguments and errors as for ``sign`` in ``tls/crypto/signatures.py``."""
