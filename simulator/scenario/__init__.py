"""The scenario room: frozen descriptions of worlds. ``Scenario()`` is the good handshake."""

from simulator.scenario.scenario import Scenario
from simulator.scenario.setup import (
    GOOD_CLOCK,
    TLS_VERSIONS,
    CertificateRole,
    CertificateSetup,
    ClientAuthentication,
    ClientSetup,
    Delivery,
    Expectation,
    Network,
    ServerSetup,
    TlsVersion,
    good_certificates,
)

__all__ = [
    "GOOD_CLOCK",
    "TLS_VERSIONS",
    "CertificateRole",
    "CertificateSetup",
    "ClientAuthentication",
    "ClientSetup",
    "Delivery",
    "Expectation",
    "Network",
    "Scenario",
    "ServerSetup",
    "TlsVersion",
    "good_certificates",
]
