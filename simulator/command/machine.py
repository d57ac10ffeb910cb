"""The one door to the machine's own clock and randomness.

A simulation never comes here. Files for real tools and live sockets do: their certificates have to be valid
now, and their keys secret.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime


def present_moment() -> datetime:
    """The machine's time, UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def fresh_entropy(label: str, length: int) -> bytes:  # noqa: ARG001 - an Entropy; fresh bytes need no label
    """Bytes that nobody can guess; two calls never give the same."""
    return os.urandom(length)
