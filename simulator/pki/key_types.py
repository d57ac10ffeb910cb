"""The kinds of key, apart from the making of one, so that reading a scenario needs no cryptography."""

from __future__ import annotations

from enum import Enum


class KeyType(Enum):
    """The kinds of key a certificate of the world can have; the value is the name a scenario file uses."""

    P256 = "P-256"
    P384 = "P-384"
    ED25519 = "Ed25519"
    RSA2048 = "RSA-2048"
    RSA1024 = "RSA-1024"  # too weak for today: what a stack says to that is a lesson of its own
