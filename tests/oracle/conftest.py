"""What the tests of the oracle share."""

from __future__ import annotations

import pytest

from simulator.errors import PeerError
from simulator.oracle.native import openssl_library
from tests.peers import absent


@pytest.fixture(autouse=True)
def _needs_openssl() -> None:
    """Every test here needs an OpenSSL that this Python lets us reach."""
    try:
        openssl_library()
    except PeerError as error:
        absent(f"a reachable OpenSSL ({error})")
