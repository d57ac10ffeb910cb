"""What is set up: a frozen description of one world, and what is expected to come out of it.

``Scenario()`` is the good handshake. Everything else says only what differs from it. Values as files and
people write them are read in :mod:`simulator.scenario.values`, what cannot be played is found in
:mod:`simulator.scenario.mistakes`, and a user's file is the business of :mod:`simulator.scenario.file`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the readers of scenario files ask for the fields' types
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from simulator.pki.key_types import KeyType
from simulator.security import SecurityLevel

TlsVersion = Literal["1.2", "1.3"]
ClientAuthentication = Literal["none", "unverified", "optional", "required"]
Delivery = Literal["csr", "pkcs12"]
CertificateRole = Literal["ca", "client", "server"]
Speaks = Literal["requested", "other", "1.2", "1.3"]

TLS_VERSIONS: tuple[TlsVersion, ...] = ("1.2", "1.3")
GOOD_CLOCK = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CertificateSetup:
    """One certificate of the world.

    Attributes:
        subject: RFC 4514 name. The world adds ``O=clientauth teaching - not secret`` to every seeded one.
        role: ``ca``, ``client`` or ``server``; it gives the extensions their defaults.
        issuer: scenario name of the issuing certificate; its own name for a self-signed one.
        key: the key's type.
        key_of: scenario name of another certificate for the same key, as in cross-signing; None for a key of
            its own.
        signature_hash: the hash its issuer signed it with, ``sha1`` and the like; None for the usual one.
        not_before, not_after: validity relative to the scenario's clock.
        dns_names: subjectAltName entries; None leaves the extension out.
        key_usage, extended_key_usage: RFC 5280 names; None for the role's default, ``()`` for absent.
        path_length: pathLenConstraint of a CA; None for none.
        permitted_dns_names, excluded_dns_names: name constraints of a CA, DNS names with all that ends in
            them; empty for no such constraint.
        delivery: how a client or server came by it: its own CSR, or a PKCS#12 made by the CA.
        online: a CA that can be reached once the connection begins.
        revoked: when its issuer revoked it, relative to the clock; None for never.
    """

    subject: str
    role: CertificateRole
    issuer: str
    key: KeyType = KeyType.P256
    key_of: str | None = None
    signature_hash: str | None = None
    not_before: timedelta = timedelta(days=-30)
    not_after: timedelta = timedelta(days=335)
    dns_names: tuple[str, ...] | None = None
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    path_length: int | None = None
    permitted_dns_names: tuple[str, ...] = ()
    excluded_dns_names: tuple[str, ...] = ()
    delivery: Delivery = "csr"
    online: bool = True
    revoked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The path between client and server, and the server's TCP port; times in milliseconds."""

    latency_ms: float = 20.0
    thinking_ms: float = 1.0  # how long an actor takes over one decision
    port: int = 992


@dataclass(frozen=True, slots=True)
class ClientSetup:
    """What the client holds and how it decides.

    Attributes:
        certificate: scenario name of its certificate; None for none.
        also_holds: names of further certificates, with their keys. Asked for one, it sends the first that
            fits the request, its ``certificate`` before these.
        sends: names of the chain it presents, leaf first; None for certificate and intermediates.
        holds_key: it has the certificate's own private key; False: another key of the same type (a thief).
        corrupts_proof: it signs something else than this handshake.
        withholds: it has a certificate and goes on without it.
        obeys_ca_list: it sends no certificate that comes from none of the authorities the server names; None
            for what its profile does.
        trusts: names of the certificates in its trust store.
        verify_server: it checks the server's certificate.
        server_name: the host it means to reach, sent as SNI and compared.
        clock_offset: how far its clock is ahead of the scenario's; negative: behind.
        groups: the groups for key exchange that it offers, RFC 8446 names, the preferred one first; None for
            all there are.
        key_shares: for how many of them it sends a key share in a first TLS 1.3 ClientHello.
        signature_schemes: what it lets the server sign with, RFC 8446 names; None for all there are.
        profile: how it judges: a stack profile's name.
    """

    certificate: str | None = "alice"
    also_holds: tuple[str, ...] = ()
    sends: tuple[str, ...] | None = None
    holds_key: bool = True
    corrupts_proof: bool = False
    withholds: bool = False
    obeys_ca_list: bool | None = None
    trusts: tuple[str, ...] = ("server-ca",)
    verify_server: bool = True
    server_name: str = "telnet.example.com"
    clock_offset: timedelta = timedelta()
    groups: tuple[str, ...] | None = None
    key_shares: int = 1
    signature_schemes: tuple[str, ...] | None = None
    profile: str = "openssl"


@dataclass(frozen=True, slots=True)
class ServerSetup:
    """What the server holds and how it decides.

    Attributes:
        certificate: scenario name of its certificate.
        sends: names of the chain it presents, leaf first; None for certificate and intermediates.
        client_authentication: the policy (none, unverified, optional, required).
        trusts: names of the certificates in its trust store, CAs and directly trusted ones.
        holds: names of intermediates it may complete a path with.
        ca_list: names of the authorities it hints at in CertificateRequest.
        tickets: NewSessionTicket messages it sends (TLS 1.2: at most one).
        users: RFC 4514 subject → user.
        authorized_users: the users who may use the resource; None where nobody asks.
        minimum_level: the server closes a session below this level after the handshake.
        speaks: the one TLS version it has: the one the run asks for, the other, or always the same.
        clock_offset: how far its clock is ahead of the scenario's; negative: behind.
        groups: the groups for key exchange that it accepts, RFC 8446 names, the preferred one first; None
            for all there are.
        signature_schemes: what it lets the client sign with, RFC 8446 names; None for all there are.
        profile: how it judges: a stack profile's name.
    """

    certificate: str = "server"
    sends: tuple[str, ...] | None = None
    client_authentication: ClientAuthentication = "required"
    trusts: tuple[str, ...] = ("client-ca",)
    holds: tuple[str, ...] = ()
    ca_list: tuple[str, ...] = ()
    tickets: int = 2
    users: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    authorized_users: tuple[str, ...] | None = None
    minimum_level: SecurityLevel | None = None
    speaks: Speaks = "requested"
    clock_offset: timedelta = timedelta()
    groups: tuple[str, ...] | None = None
    signature_schemes: tuple[str, ...] | None = None
    profile: str = "openssl"

    def __post_init__(self) -> None:
        object.__setattr__(self, "users", MappingProxyType(dict(self.users)))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should come out, for one TLS version."""

    level: SecurityLevel
    decisive_check: str | None = None
    alert: str | None = None


def good_certificates() -> dict[str, CertificateSetup]:
    """The certificates of the good handshake: a root and a leaf on each side, from different CAs."""
    five_years = timedelta(days=1825)
    return {
        "client-ca": CertificateSetup(
            "CN=Client CA", "ca", "client-ca", not_before=-five_years, not_after=five_years
        ),
        "alice": CertificateSetup("CN=alice", "client", "client-ca"),
        "server-ca": CertificateSetup(
            "CN=Server CA", "ca", "server-ca", not_before=-five_years, not_after=five_years
        ),
        "server": CertificateSetup(
            "CN=telnet.example.com", "server", "server-ca", dns_names=("telnet.example.com",)
        ),
    }


GOOD_TITLE = "The good handshake"
GOOD_TOPIC = "the good handshake"
GOOD_LESSON = (
    "Client and server each hold a certificate, and each trusts the CA that issued the other's. "
    "The two CAs are different: the client's certificate need not come from the server's CA. "
    "The server asks for a certificate, the client sends it and signs the handshake with its private key. "
    "Both sides have proved who they are. "
    "The private key never left the client, and no CA was contacted."
)


def good_expectations() -> dict[TlsVersion, Expectation]:
    """What comes out of the good handshake, in both versions."""
    return {version: Expectation(SecurityLevel.CLIENT_AUTHENTICATED) for version in TLS_VERSIONS}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world, complete: ``Scenario()`` is the good handshake.

    Attributes:
        name: the catalogue name, or the file's; a changed scenario says in its name what was changed.
        title: a short heading.
        topic: the group it belongs to in the catalogue.
        lesson: what a learner should take from it, in a few plain sentences.
        seed: every key and every random byte follows from it.
        clock: the moment at which virtual time is 0; it has a time zone.
        network: the path between client and server.
        certificates: every certificate of the world by its scenario name.
        client, server: what each side holds and how it decides.
        expect: what should come out, by TLS version; empty where nothing is expected.

    Two scenarios are equal when every field is. They are checked where they are read or changed
    (:func:`simulator.scenario.mistakes.scenario_problems`), not here.
    """

    name: str = "good-handshake"
    title: str = GOOD_TITLE
    topic: str = GOOD_TOPIC
    lesson: str = GOOD_LESSON
    seed: str = "1"
    clock: datetime = GOOD_CLOCK
    network: Network = Network()
    certificates: Mapping[str, CertificateSetup] = field(default_factory=good_certificates)
    client: ClientSetup = ClientSetup()
    server: ServerSetup = ServerSetup()
    expect: Mapping[TlsVersion, Expectation] = field(default_factory=good_expectations)

    def __post_init__(self) -> None:
        object.__setattr__(self, "certificates", MappingProxyType(dict(self.certificates)))
        object.__setattr__(self, "expect", MappingProxyType(dict(self.expect)))

    def __repr__(self) -> str:
        """In a line; a whole world would fill a screen."""
        return f"<Scenario {self.name!r}: {self.title}>"

    def expectation(self, version: TlsVersion) -> Expectation | None:
        """What should come out with this TLS version; None where nothing is expected."""
        return self.expect.get(version)

    def but(self, changes: Mapping[str, Any] | None = None, /, **tables: Any) -> Scenario:
        """The same scenario with something else in one place: the counterfactual.

        ``scenario.but(server={"client_authentication": "optional"}, client={"certificate": None})`` and
        ``scenario.but({"server.client_authentication": "optional"})`` say it in tables and in dotted paths.
        Values are written as in Python or as in a scenario file (``"-1h"``, ``"none"``).

        Args:
            changes: dotted paths (or nested tables) with their new values.
            **tables: the same, by the scenario's own fields.

        Returns:
            A scenario whose name says what was changed, and its title that something was. Its lesson is gone,
            since it told of another world, and it expects nothing unless ``expect`` is among the changes. A
            change that changes nothing gives an equal scenario.

        Raises:
            ScenarioError: a setting is unknown or of the wrong kind, or what came out cannot be played.
        """
        # Here, not above: that module is built on this one.
        from simulator.scenario.changes import changed_scenario

        return changed_scenario(self, changes or {}, tables)
