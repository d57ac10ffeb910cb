"""A security device: a card or token that keeps one private key, signs with it, and never hands it out.

It is what PKCS#11 calls a token with a private object that is not extractable. Its holder can have a request
or a handshake signed after the PIN, and nothing else. So a thief who copies the holder's files has no key,
and a thief of the device has a few guesses at the PIN: a device counts them, which a file cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.pki.issuing import write_request
from simulator.pki.keys import generate_key
from simulator.tls.crypto.signatures import sign
from simulator.tls.crypto.signing_device import SigningDevice

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.pki.key_types import KeyType
    from simulator.pki.keys import PublicKey

TRIES = 3  # of the PIN; what payment and identity cards allow (ISO 7816-4 has the counter, not its value)
PIN_DIGITS = 6


class SecurityDevice(SigningDevice):
    """A security device with a key that it made itself.

    Args:
        key_type: the kind of key.
        entropy: the key comes from it.
        name: of the key; the same name and entropy give the same key.
        pin: opens it; its holder alone is told.

    Attributes:
        tries_left: how often a wrong PIN may still be entered; at 0 the device is blocked.
    """

    __slots__ = ("__key", "__pin", "_open", "tries_left")

    def __init__(self, key_type: KeyType, entropy: Entropy, name: str, pin: str) -> None:
        self.__key = generate_key(key_type, entropy, f"certificate/{name}/key")
        self.__pin = pin
        self._insert()

    def __repr__(self) -> str:
        state = "open" if self._open else f"{self.tries_left} tries left"
        return f"<SecurityDevice, {state}>"

    def _insert(self) -> None:
        """Put it into a reader: locked, with all its tries."""
        self._open = False
        self.tries_left = TRIES

    def inserted(self) -> SecurityDevice:
        """The same device as it is at the beginning of another connection: locked, with all its tries."""
        again = object.__new__(SecurityDevice)
        again.__key, again.__pin = self.__key, self.__pin
        again._insert()
        return again

    @property
    def public_key(self) -> PublicKey:
        """The public key."""
        return self.__key.public_key()

    def enter(self, pin: str) -> bool:
        """Enter a PIN, and return True if the device signs from now on; a wrong one costs a try."""
        if self.tries_left and pin == self.__pin:
            self._open, self.tries_left = True, TRIES
        else:
            self._open, self.tries_left = False, max(0, self.tries_left - 1)
        return self._open

    def request(self, subject: str) -> bytes:
        """A certification request (PKCS#10) for the key, signed inside.

        Raises:
            SimulatorError: the device is locked.
            CertificateError: the subject is not a distinguished name.
        """
        self._must_be_open()
        return write_request(self.__key, subject)

    def sign(self, code: int, content: bytes, entropy: Entropy) -> bytes:
        """Sign inside the device.

        Raises:
            SimulatorError: the device is locked, or the scheme does not go with the key.
        """
        self._must_be_open()
        return sign(self.__key, code, content, entropy)

    def _must_be_open(self) -> None:
        if not self._open:
            raise SimulatorError(
                "The security device is locked, so it signs nothing.",
                got=f"{self.tries_left} tries of the PIN left",
                expected="an open device",
                advice="Enter the PIN." if self.tries_left else "It is blocked; another device is needed.",
            )


def new_pin(entropy: Entropy) -> str:
    """A PIN for the security devices of one world."""
    number = int.from_bytes(entropy("device/pin", 8)) % 10**PIN_DIGITS
    return f"{number:0{PIN_DIGITS}d}"


def wrong_pin(pin: str) -> str:
    """Another PIN of the same length."""
    return f"{(int(pin) + 1) % 10**PIN_DIGITS:0{PIN_DIGITS}d}"
