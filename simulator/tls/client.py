"""A client's handshake machine, of the version its settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.client12 import ClientHandshake12
from simulator.tls.client13 import ClientHandshake13
from simulator.tls.events import Version

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig

ClientHandshake = ClientHandshake12 | ClientHandshake13


def client_handshake(config: ClientConfig, entropy: Entropy) -> ClientHandshake:
    """A client that has not said anything yet.

    Args:
        config: what it offers.
        entropy: where its random bytes come from.
    """
    machine = ClientHandshake13 if config.version is Version.TLS13 else ClientHandshake12
    return machine(config, entropy)
