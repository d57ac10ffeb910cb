"""The scenario room: frozen descriptions of worlds. ``Scenario()`` is the good handshake."""

from simulator.scenario.network import Network
from simulator.scenario.responder_setup import ResponderSetup
from simulator.scenario.scenario import Scenario
from simulator.scenario.setup import (
    GOOD_CLOCK,
    CertificateRole,
    CertificateSetup,
    ClientAuthentication,
    ClientSetup,
    Connect,
    Delivery,
    Expectation,
    ScheduleEntry,
    ServerSetup,
)
from simulator.scenario.whole import good_certificates
from simulator.tls.wire.version import TLS_VERSIONS, TlsVersion

__all__ = [
    "GOOD_CLOCK",
    "TLS_VERSIONS",
    "CertificateRole",
    "CertificateSetup",
    "ClientAuthentication",
    "ClientSetup",
    "Connect",
    "Delivery",
    "Expectation",
    "Network",
    "ResponderSetup",
    "Scenario",
    "ScheduleEntry",
    "ServerSetup",
    "TlsVersion",
    "good_certificates",
]
