"""The source of random bytes: a seed, or the machine's randomness that the command hands in.

Nothing in the simulation asks the machine for randomness. It asks an :class:`Entropy`, a function from a
label and a length to bytes. Every use has its own label, so that adding one never shifts another: the key of
Alice's certificate is the same whether or not the server sends a session ticket.
"""

from __future__ import annotations

import hashlib
from typing import Protocol


class Entropy(Protocol):
    """Random bytes by purpose: ``entropy("client/random", 32)``."""

    def __call__(self, label: str, length: int) -> bytes:
        """Return ``length`` bytes for the use named ``label``."""
        ...


class SeededEntropy:
    """Bytes that depend only on a seed and a label (SHAKE256), equal on every machine.

    Args:
        seed: any text; the scenario's seed.

    The same label yields the same bytes again: labels name uses, and each use is drawn once. It is for
    teaching only: the seed reveals every key.
    """

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def __call__(self, label: str, length: int) -> bytes:
        """Return ``length`` bytes for the use named ``label``."""
        # The seed's length in front keeps seed "a" with label "b|c" apart from seed "a|b" with label "c".
        material = f"{len(self.seed)}:{self.seed}|{label}".encode()
        return hashlib.shake_256(b"client-auth-simulator v1|" + material).digest(length)

    def child(self, name: str) -> SeededEntropy:
        """A source for one actor; its labels cannot meet those of a child of another name.

        Seed and name are joined by a slash: the child ``b`` of seed ``a`` is the source of seed ``a/b``.
        """
        return SeededEntropy(f"{self.seed}/{name}")
