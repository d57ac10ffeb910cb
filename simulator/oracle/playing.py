"""A scenario played with OpenSSL: on both sides if possible, else on one side against our actor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from simulator.actors.applications import application_of
from simulator.actors.choosing.choice import obeys_ca_list
from simulator.actors.client import Client
from simulator.actors.grant import Grant, deferred_grant, grant_of
from simulator.actors.host.express_logon import logged_on
from simulator.actors.server import Server
from simulator.engine.roles import client_role, groups_for, server_role, server_version
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import ScenarioError
from simulator.oracle.acting import ActorSide
from simulator.oracle.contexts import client_context, server_context
from simulator.oracle.conversation import converse
from simulator.oracle.native import CredentialRefusedError, gone_on_after, opens_key, opens_pkcs12
from simulator.oracle.observed import HandshakeLog, Played
from simulator.oracle.openssl import OpensslClient, OpensslServer
from simulator.oracle.reasons import NONE_CAME, reason_of_code
from simulator.pki.bundles import write_pkcs12
from simulator.scenario.keeping import unopened_file
from simulator.scenario.opening import comes_to_tls, with_tls_at_once
from simulator.security import Standing
from simulator.tls.wire.registry import group_name
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from simulator.engine.world import World
    from simulator.oracle.observed import Mode
    from simulator.pki.certificate import Certificate
    from simulator.scenario import ClientSetup, Scenario, ServerSetup, TlsVersion
    from simulator.tls.wire.version import Side

Setup = TypeVar("Setup", "ClientSetup", "ServerSetup")


class NotPlayableError(ScenarioError):
    """OpenSSL can play neither side of a scenario."""


class NotInOpensslError(NotPlayableError):
    """OpenSSL's library does no such thing, so there is nothing to compare with."""


class OtherHabitsError(CredentialRefusedError):
    """A stock OpenSSL client behaves otherwise than the scenario's; the text says how."""


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """The moment at which each side judges the other, for OpenSSL and for the actors."""

    client: datetime
    server: datetime


def clocks(scenario: Scenario) -> JudgedAt:
    """The time on each side's own clock when the connection begins."""
    now = scenario.clock
    return JudgedAt(now + scenario.client.clock_offset, now + scenario.server.clock_offset)


def unplayable_client(scenario: Scenario) -> str | None:
    """The reason why a stock OpenSSL client cannot play the scenario's client, or None."""
    client = scenario.client
    if client.corrupts_proof:
        return "it signs what it should sign"
    if client.also_holds:
        return "it holds one certificate for each kind of key"
    if client.wanted_key_usage or client.wanted_extended_key_usage:
        return "it looks at no usages before it sends its certificate"
    if scenario.server.ca_list and (obeys_ca_list(client) or client.picks == "any-trusted"):
        return "it ignores the server's list of authorities"
    if client.key_shares != 1:
        return "it sends one key share"
    return soft_failure(client)


def soft_failure(setup: ClientSetup | ServerSetup) -> str | None:
    """The reason why a stock OpenSSL cannot look lists up as this side does, or None."""
    soft = setup.revocation == "crl" and setup.revocation_failure == "soft"
    return "it refuses without an answer about revocation" if soft else None


def play(scenario: Scenario, tls: TlsVersion, judged_at: JudgedAt | None = None) -> Played:
    """Play a scenario with OpenSSL.

    Of a client that cannot open its file, OpenSSL tries the file with the wrong password. Else
    two OpenSSL objects play it. Our actor takes the place of a side whose certificate and key OpenSSL refuses
    to load (a thief's key), or that does what OpenSSL does not.

    Args:
        scenario: what is set up.
        tls: the protocol version.
        judged_at: when each side judges, or None for the time on its clock at the beginning.

    Raises:
        NotPlayableError: OpenSSL refuses what either side holds.
        PeerError: this Python does not allow what the comparison needs.
        ScenarioError: the scenario cannot be issued.
    """
    playing = _Play(scenario, tls, judged_at)
    if (file := unopened_file(scenario)) and not playing.opens(file, "wrong"):
        return playing.perform_nothing()
    contexts: dict[Side, ssl.SSLContext] = {}
    refusals: dict[Side, str] = {}
    for side in playing.makers:
        try:
            contexts[side] = playing.makers[side]()
        except CredentialRefusedError as refusal:
            refusals[side] = str(refusal)
    if not contexts:
        raise NotPlayableError(
            f"OpenSSL can play neither side of {scenario.name!r}.",
            got="; ".join(f"{side}: {reason}" for side, reason in refusals.items()),
            expected="a side whose certificate and key OpenSSL loads",
            advice="Give at least one side a certificate with its own key.",
        )
    return playing.perform(contexts)


def mixed(
    scenario: Scenario,
    tls: TlsVersion,
    openssl_role: Side,
    *,
    judged_at: JudgedAt | None = None,
    adjust: Callable[[ssl.SSLContext], None] | None = None,
) -> Played:
    """Play a scenario with OpenSSL on one side and our actor on the other.

    Args:
        scenario: what is set up.
        tls: the protocol version.
        openssl_role: the side that OpenSSL plays.
        judged_at: when each side judges, or None for the time on its clock at the beginning.
        adjust: may change OpenSSL's context before it is used.

    Raises:
        NotPlayableError: OpenSSL refuses to load what that side holds.
        PeerError: this Python does not allow what the comparison needs.
        ScenarioError: the scenario cannot be issued.
    """
    playing = _Play(scenario, tls, judged_at)
    try:
        context = playing.makers[openssl_role]()
    except CredentialRefusedError as refusal:
        message = f"OpenSSL cannot play the {openssl_role} of {scenario.name!r}."
        expected = "a certificate with its own key, and what a stock OpenSSL does"
        advice = "Let OpenSSL play the other side."
        raise NotPlayableError(message, got=str(refusal), expected=expected, advice=advice) from refusal
    if adjust is not None:
        adjust(context)
    return playing.perform({openssl_role: context})


class _Play:
    """One play of a scenario in one version.

    Raises:
        NotInOpensslError: a side asks an OCSP responder, or there is no TLS.
    """

    def __init__(self, scenario: Scenario, tls: TlsVersion, judged_at: JudgedAt | None) -> None:
        if "ocsp" in (scenario.client.revocation, scenario.server.revocation):
            raise NotInOpensslError(
                "OpenSSL's library asks no OCSP responder about a peer's certificate by itself.",
                got=f"{scenario.name!r}, where a side asks one",
                expected="a side that looks nothing up, or holds revocation lists",
                advice="The command openssl ocsp judges an answer that it is given.",
            )
        if not comes_to_tls(scenario):
            raise NotInOpensslError(
                "OpenSSL has no part in a connection on which TLS never begins.",
                got=f"{scenario.name!r}, with port_security {scenario.server.port_security!r} and "
                f"starts_tls {scenario.client.starts_tls!r}",
                expected="a connection that comes to TLS",
                advice="Set server.port_security and client.starts_tls so that both want TLS.",
            )
        self.scenario = with_tls_at_once(scenario)  # START-TLS is telnet's, and comes before
        self.tls: TlsVersion = tls
        self.server_tls: TlsVersion = server_version(scenario.server, Version(tls)).value
        self.judged_at = judged_at or clocks(scenario)
        self.entropy = SeededEntropy(scenario.seed)
        self.world: World = issue_world(scenario, self.entropy)
        self.log = HandshakeLog()
        self.makers: dict[Side, Callable[[], ssl.SSLContext]] = {
            "client": self.client_context,
            "server": self.server_context,
        }

    def client_context(self) -> ssl.SSLContext:
        reason = unplayable_client(self.scenario)
        if reason is not None:
            raise OtherHabitsError(reason)
        setup = self._with_groups(self.scenario.client)
        return client_context(setup, self.world.client, self.tls, self.judged_at.client)

    def server_context(self) -> ssl.SSLContext:
        if (reason := soft_failure(self.scenario.server)) is not None:
            raise OtherHabitsError(reason)
        setup = self._with_groups(self.scenario.server)
        return server_context(setup, self.world.server, self.server_tls, self.judged_at.server)

    def _with_groups(self, setup: Setup) -> Setup:
        """The settings with the groups that our side has by default where they name none."""
        groups = tuple(map(group_name, groups_for(self.scenario)))
        return setup if setup.groups is not None else replace(setup, groups=groups)

    def perform(self, contexts: dict[Side, ssl.SSLContext]) -> Played:
        """Let the two sides talk: OpenSSL for a side with a context, our actor for one without."""
        client, server = self._client(contexts.get("client")), self._server(contexts.get("server"))
        converse(client, server)
        one: Mode = "openssl-server" if "server" in contexts else "openssl-client"
        mode: Mode = "both" if len(contexts) == 2 else one
        return self.log.played(self.scenario.name, self.tls, mode, client.peer, server.peer)

    def opens(self, file: str, password: str) -> bool:
        """Return True if OpenSSL opens the client's file with a password; it is written under ``right``."""
        own = self.world[self.scenario.client.certificate or ""]
        if file == "PKCS#12 file":
            return opens_pkcs12(write_pkcs12(own, "right", "own"), password)
        encryption = BestAvailableEncryption(b"right")
        return opens_key(
            own.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, encryption), password
        )

    def perform_nothing(self) -> Played:
        """The play of a client that does not connect."""
        return self.log.played(self.scenario.name, self.tls, "openssl-client", None, None)

    def _client(self, context: ssl.SSLContext | None) -> OpensslClient | ActorSide:
        role = client_role(self.scenario, self.world, Version(self.tls))
        if context is not None:
            server_name = self.scenario.client.server_name
            return OpensslClient(context, self.tls, self.log, server_name, role.application)
        return ActorSide(Client(role, self.entropy.child("client")), self.log, self.judged_at.client)

    def _server(self, context: ssl.SSLContext | None) -> OpensslServer | ActorSide:
        if context is not None:
            application = application_of(self.scenario)
            return OpensslServer(
                context, self.server_tls, self.log, partial(self._grant, context), application
            )
        role = server_role(self.scenario, self.world, Version(self.tls))
        return ActorSide(Server(role, self.entropy.child("server")), self.log, self.judged_at.server)

    def _grant(self, context: ssl.SSLContext, client: Certificate | None, said: bytes) -> Grant:
        """The grant of the application on top of OpenSSL, by the rules of our server.

        Where the refusal is deferred, OpenSSL's own verdict decides. It has no part in the words.
        """
        role = server_role(self.scenario, self.world, Version(self.tls))
        policy = role.setup.client_authentication
        failures = gone_on_after(context) if policy == "deferred" else []
        claimed = policy == "unverified" or bool(failures)
        known = Standing.CLAIMED if claimed else Standing.AUTHENTICATED
        standing = Standing.ANONYMOUS if client is None else known
        grant = grant_of(standing, client, role.setup, role.known)
        if policy != "deferred" or standing is Standing.AUTHENTICATED:
            return logged_on(grant, role.setup, role.application.logon(said))
        self.log.deferred_by = "server"
        self.log.reasons["server"] = reason_of_code(failures[0]) if failures else NONE_CAME
        return deferred_grant(grant)
