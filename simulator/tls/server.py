"""A server's handshake machine, of the version its settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.events import Version
from simulator.tls.server12 import ServerHandshake12
from simulator.tls.server13 import ServerHandshake13

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ServerConfig

ServerHandshake = ServerHandshake12 | ServerHandshake13


def server_handshake(config: ServerConfig, entropy: Entropy) -> ServerHandshake:
    """A server that waits for a ClientHello.

    Args:
        config: its certificate and settings.
        entropy: where its random bytes come from.
    """
    machine = ServerHandshake13 if config.version is Version.TLS13 else ServerHandshake12
    return machine(config, entropy)
