"""The settings of a scenario as a whole: its parts, the party between them, and the good handshake.

:class:`simulator.scenario.scenario.Scenario` adds what can be done with such a description; it stands above
the modules that read and change these parts.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the reader asks for the settings' types
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.scenario.frozen import FrozenMapping
from simulator.scenario.network import Network
from simulator.scenario.presets.table import BetweenPreset  # noqa: TC001 - as above
from simulator.scenario.responder_setup import ResponderSetup  # noqa: TC001 - as above
from simulator.scenario.revocation_setup import CrlSetup  # noqa: TC001 - as above
from simulator.scenario.setup import (
    GOOD_CLOCK,
    CertificateSetup,
    ClientSetup,
    Expectation,
    IdentityHeader,
    PartyBetween,
    ScheduleEntry,
    ServerSetup,
)
from simulator.security import SecurityLevel
from simulator.tls.wire.version import TLS_VERSIONS, TlsVersion


@dataclass(frozen=True, slots=True)
class Between:
    """A party between client and server: the server of the client's connection, the client of the next.

    TLS ends at it, unless it passes the records through. It hands on what the client says and what the server
    answers.

    Attributes:
        preset: the product and mode that it is set up as, which sets what is not set beside it; None for
            none.
        party: its kind; None for no such party.
        passes_through: it hands every record on unread: client and server share one connection of TLS, over
            two of TCP.
        writes_header: the header in which it tells the server the client's certificate, in place of any
            such header in the request; None for none: then the request passes unchanged.
        server: what it holds and how it decides as the server of connection 1.
        client: what it holds and how it decides as the client of connection 2.
        expect: the expected outcome of connection 1 by TLS version; that of connection 2 is the scenario's.
    """

    preset: BetweenPreset | None = None
    party: PartyBetween | None = None
    passes_through: bool = False
    writes_header: IdentityHeader | None = None
    server: ServerSetup = ServerSetup(client_authentication="none")
    client: ClientSetup = ClientSetup(certificate=None)
    expect: Mapping[TlsVersion, Expectation] = field(default_factory=lambda: FrozenMapping({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "expect", FrozenMapping(self.expect))

    @property
    def ends_tls(self) -> bool:
        """There is such a party, and TLS ends at it."""
        return self.party is not None and not self.passes_through


def good_certificates() -> dict[str, CertificateSetup]:
    """The certificates of the good handshake: a root and a leaf on each side, from different CAs."""
    span, host = timedelta(days=1825), "telnet.example.com"  # a CA: five years back, and five to come
    return {
        "client-ca": CertificateSetup("CN=Client CA", "ca", "client-ca", not_before=-span, not_after=span),
        "alice": CertificateSetup("CN=alice", "client", "client-ca"),
        "server-ca": CertificateSetup("CN=Server CA", "ca", "server-ca", not_before=-span, not_after=span),
        "server": CertificateSetup(f"CN={host}", "server", "server-ca", dns_names=(host,)),
    }


GOOD_LESSON = (
    "Client and server each hold a certificate, and each trusts the CA that issued the other's. "
    "The two CAs are different: the client's certificate need not come from the server's CA. "
    "The server asks for a certificate, the client sends it and signs the handshake with its private key. "
    "Both sides have proved who they are. "
    "The private key never left the client, and no CA was contacted."
)


def good_expectations() -> dict[TlsVersion, Expectation]:
    """The outcome of the good handshake, in both versions."""
    return {version: Expectation(SecurityLevel.CLIENT_AUTHENTICATED) for version in TLS_VERSIONS}


@dataclass(frozen=True, slots=True)
class ScenarioSetup:
    """The description of one world, complete.

    Attributes:
        name: the catalogue name, or the file's; a changed scenario's name says what was changed.
        title: a short heading.
        topic: its group in the catalogue.
        lesson: what a learner should take from it, in a few plain sentences.
        seed: every key and every random byte follows from it.
        clock: the moment of virtual time 0, with its time zone.
        network: the network between client and server.
        certificates: every certificate of the world by its scenario name.
        crls: the certificate revocation lists of the world by their scenario names.
        responders: the OCSP responders of CAs that have unusual settings, by the CA's scenario name.
        client: what the client holds and how it decides.
        server: what the server holds and how it decides.
        between: a party between client and server, if there is one.
        schedule: what happens over virtual time, in order; empty for one connection at the clock's time.
        expect: the expected outcome by TLS version; empty where nothing is expected, and where a schedule
            says it of each connection.
    """

    name: str = "good-handshake"
    title: str = "The good handshake"
    topic: str = "the good handshake"
    lesson: str = GOOD_LESSON
    seed: str = "1"
    clock: datetime = GOOD_CLOCK
    network: Network = Network()
    certificates: Mapping[str, CertificateSetup] = field(default_factory=good_certificates)
    crls: Mapping[str, CrlSetup] = field(default_factory=lambda: FrozenMapping({}))
    responders: Mapping[str, ResponderSetup] = field(default_factory=lambda: FrozenMapping({}))
    client: ClientSetup = ClientSetup()
    server: ServerSetup = ServerSetup()
    between: Between = Between()
    schedule: tuple[ScheduleEntry, ...] = ()
    expect: Mapping[TlsVersion, Expectation] = field(default_factory=good_expectations)

    def __post_init__(self) -> None:
        object.__setattr__(self, "certificates", FrozenMapping(self.certificates))
        object.__setattr__(self, "crls", FrozenMapping(self.crls))
        object.__setattr__(self, "responders", FrozenMapping(self.responders))
        object.__setattr__(self, "expect", FrozenMapping(self.expect))
