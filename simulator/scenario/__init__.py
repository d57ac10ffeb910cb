"""What is set up: the frozen description of one world. ``Scenario()`` is the good handshake."""

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
    Scenario,
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
