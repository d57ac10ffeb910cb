"""A client's handshake machine, of the version its settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.client12 import ClientHandshake12
from simulator.tls.client13 import ClientHandshake13
from simulator.tls.server12 import ServerHandshake12
from simulator.tls.server13 import ServerHandshake13, ServerHandshake13ProofFirst
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, ServerConfig

ClientHandshake = ClientHandshake12 | ClientHandshake13


def client_handshake(config: ClientConfig, entropy: Entropy) -> ClientHandshake:
    """A client that has not said anything yet.

    Args:
        config: what it offers.
        entropy: the source of its random bytes.
    """
    machine = ClientHandshake13 if config.version is Version.TLS13 else ClientHandshake12
    return machine(config, entropy)


ServerHandshake = ServerHandshake12 | ServerHandshake13


def server_handshake(config: ServerConfig, entropy: Entropy) -> ServerHandshake:
    """A server that waits for a ClientHello.

    Args:
        config: its certificate and settings.
        entropy: the source of its random bytes.
    """
    if config.version is Version.TLS12:
        return ServerHandshake12(config, entropy)
    machine = ServerHandshake13ProofFirst if config.proof_first else ServerHandshake13
    return machine(config, entropy)
