"""The players of the handshake: this simulator, its machines alone, OpenSSL, tlslite-ng, the bare operations.

All play the same world: each side has a leaf and an intermediate, sends both, and trusts the other's root.
"""

from __future__ import annotations

import errno
import ssl
import sys
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from simulator.engine.names import issuers_from
from simulator.engine.roles import client_role, server_role
from simulator.engine.world import World, issue_world
from simulator.entropy import SeededEntropy
from simulator.oracle.contexts import client_context, server_context
from simulator.pki.bundles import write_pem
from simulator.pki.certificate import Certificate
from simulator.pki.key_files import write_private_key
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.security import SecurityLevel
from simulator.tls.events import (
    CertificateChoiceWanted,
    ClientVerdictWanted,
    MessageSent,
    RequestChoiceWanted,
    ServerVerdictWanted,
)
from simulator.tls.handshake import client_handshake, server_handshake
from simulator.tls.states import State
from simulator.tls.wire.version import Version
from simulator.trust.judge import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simulator.engine.world import Holding
    from simulator.scenario import TlsVersion

# Prefixes of the modules whose caches stay. The first four belong to the making of a scenario: OpenSSL, too,
# loads its certificates beforehand. The others hold what has nothing to do with a certificate: tables, the
# constants of a key schedule, object identifiers in their dotted form, and extensions by their bytes, which
# every peer with the same software sends.
KEPT = (
    "simulator.actors.authority",
    "simulator.engine",
    "simulator.pki.der",
    "simulator.pki.keys",
    "simulator.scenario",
    "simulator.tls.connection",
    "simulator.tls.crypto.key_schedule_13",
    "simulator.tls.crypto.signatures",
    "simulator.tls.wire.extension",
    "simulator.trace.steps",
    "simulator.trust.ledger",
)


def chain_scenario(key: str) -> Scenario:
    """Leaf, intermediate and root on both sides, every key of one type."""
    five_years = {"not_before": "-1825d", "not_after": "1825d"}
    return Scenario().but(
        certificates={
            "client-ca": {"key": key},
            "client-issuing": {
                "subject": "CN=Client Issuing CA",
                "role": "ca",
                "issuer": "client-ca",
                "key": key,
                **five_years,
            },
            "alice": {"key": key, "issuer": "client-issuing"},
            "server-ca": {"key": key},
            "server-issuing": {
                "subject": "CN=Server Issuing CA",
                "role": "ca",
                "issuer": "server-ca",
                "key": key,
                **five_years,
            },
            "server": {"key": key, "issuer": "server-issuing"},
        }
    )


def world_of(scenario: Scenario) -> World:
    """The certificates and keys that a simulation of the scenario issues."""
    return issue_world(scenario, SeededEntropy(scenario.seed))


def forget_peers() -> None:
    """Empty every cache of the simulator, so that the next certificates are seen for the first time.

    Only what belongs to the making of a scenario stays, and what has nothing to do with a certificate.
    """
    for clear in peer_caches():
        clear()


@cache
def peer_caches() -> tuple[Callable[[], None], ...]:
    """The functions that empty the caches of all loaded modules, except those in :data:`KEPT`."""
    rooms = [
        room
        for name, room in sys.modules.items()
        if name.startswith("simulator") and not name.startswith(KEPT) and isinstance(room, ModuleType)
    ]
    found = {id(one): one.cache_clear for room in rooms for one in vars(room).values() if is_cache(one)}
    return tuple(found.values())


def is_cache(one: object) -> bool:
    """Return True for a function with a cache that may be emptied, wherever it was imported from."""
    home = getattr(one, "__module__", "") or ""
    return hasattr(one, "cache_clear") and not home.startswith(KEPT)


# This simulator -------------------------------------------------------------------------------------------


def with_trace(scenario: Scenario, tls: TlsVersion) -> Callable[[], None]:
    """The whole: actors, link, trace, outcome; both first lines and both goodbyes besides the handshake."""

    def play() -> None:
        run = simulate(scenario, tls)
        assert run.outcome.level is SecurityLevel.CLIENT_AUTHENTICATED

    return play


def machines_only(scenario: Scenario, tls: TlsVersion) -> Callable[[], None]:
    """The two handshake machines and the judge: no actors, no link, no trace."""
    world, entropy, version = world_of(scenario), SeededEntropy(scenario.seed), Version(tls)
    client_part = client_role(scenario, world, version)
    server_part = server_role(scenario, world, version)
    client_policy = client_part.policy
    assert client_policy is not None

    def play() -> None:
        client = client_handshake(client_part.config, entropy.child("client"))
        server = server_handshake(server_part.config, entropy.child("server"))

        def answered(events: list[Any]) -> bytes:
            """Take the decisions that events ask for, and give the bytes to send."""
            sent = []
            for event in events:
                if isinstance(event, MessageSent):
                    sent.append(event.wire)
                elif isinstance(event, ServerVerdictWanted):
                    assert judge(event.chain, client_policy, scenario.clock, tls=tls).accepted
                    sent.append(answered(client.accept_server()))
                elif isinstance(event, RequestChoiceWanted):
                    sent.append(answered(server.ask_client()))
                elif isinstance(event, ClientVerdictWanted):
                    assert judge(event.chain, server_part.policy, scenario.clock, tls=tls).accepted
                    sent.append(answered(server.accept_client()))
                elif isinstance(event, CertificateChoiceWanted):
                    sent.append(answered(client.send_certificate(client_part.credentials[0])))
            return b"".join(sent)

        to_server = answered(client.start())
        while to_server:
            to_client = answered(server.receive(to_server))
            to_server = answered(client.receive(to_client)) if to_client else b""
        assert client.state is server.state is State.CONNECTED

    return play


# OpenSSL --------------------------------------------------------------------------------------------------


def openssl(scenario: Scenario, tls: TlsVersion) -> Callable[[], None]:
    """OpenSSL through ``ssl``: memory BIOs, contexts made once, both chains and the host name verified."""
    world = world_of(scenario)
    client_side = client_context(scenario.client, world.client, tls, scenario.clock)
    server_side = server_context(scenario.server, world.server, tls, scenario.clock)

    def play() -> None:
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_side.wrap_bio(to_client, to_server, server_hostname=scenario.client.server_name)
        server = server_side.wrap_bio(to_server, to_client, server_side=True)
        client_done = server_done = False
        while not (client_done and server_done):
            client_done = client_done or shaken(client)
            server_done = server_done or shaken(server)
        assert client.getpeercert(binary_form=True)
        assert server.getpeercert(binary_form=True)

    return play


def shaken(side: ssl.SSLObject) -> bool:
    """Go on with a handshake; return True if it is complete."""
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


# tlslite-ng -----------------------------------------------------------------------------------------------


class MemorySocket:
    """As much of a socket as tlslite-ng needs: what one end sends, the other reads."""

    def __init__(self) -> None:
        self.inbox = bytearray()
        self.peer: MemorySocket = self

    def send(self, data: bytes) -> int:
        """Hand bytes to the other end."""
        self.peer.inbox += data
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Hand all bytes to the other end."""
        self.send(data)

    def recv(self, size: int) -> bytes:
        """Read what has come.

        Raises:
            OSError: nothing has.
        """
        if not self.inbox:
            raise OSError(errno.EWOULDBLOCK, "nothing has come yet")
        data = bytes(self.inbox[:size])
        del self.inbox[:size]
        return data

    def setsockopt(self, *_: object) -> None:
        """There is nothing to set."""

    def getsockopt(self, *_: object) -> int:
        """There is nothing set."""
        return 0


def tlslite(scenario: Scenario, tls: TlsVersion) -> Callable[[], None]:
    """tlslite-ng, TLS in Python: it checks both proofs, but judges no chain at all."""
    from tlslite.api import HandshakeSettings, TLSConnection

    world = world_of(scenario)
    client_chain, client_key = tlslite_credential(world.client)
    server_chain, server_key = tlslite_credential(world.server)
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 4) if tls == "1.3" else (3, 3)

    def play() -> None:
        near, far = MemorySocket(), MemorySocket()
        near.peer, far.peer = far, near
        client, server = TLSConnection(near), TLSConnection(far)
        both: list[Generator[int]] = [
            client.handshakeClientCert(
                client_chain,
                client_key,
                settings=settings,
                serverName=scenario.client.server_name,
                async_=True,
            ),
            server.handshakeServerAsync(
                certChain=server_chain, privateKey=server_key, reqCert=True, settings=settings
            ),
        ]
        while both:
            both = [side for side in both if next(side, None) is not None]
        assert client.session.serverCertChain.getNumCerts() == 2
        assert server.session.clientCertChain.getNumCerts() == 2

    return play


def tlslite_credential(holding: Holding) -> tuple[Any, Any]:
    """A chain and its key as tlslite-ng holds them."""
    from tlslite.api import X509CertChain, parsePEMKey

    own = holding.credentials[0]
    chain = X509CertChain()
    chain.parsePemList(write_pem(map(Certificate.parse, own.chain)).decode())
    return chain, parsePEMKey(write_private_key(own.private_key).decode(), private=True)


# The floor ------------------------------------------------------------------------------------------------

SHA256 = hashes.SHA256()
PROOF: dict[str, tuple[Any, ...]] = {
    "P-256": (ec.ECDSA(SHA256),),
    "RSA-2048": (padding.PSS(padding.MGF1(SHA256), SHA256.digest_size), SHA256),
}
LINK: dict[str, tuple[Any, ...]] = {"P-256": (ec.ECDSA(SHA256),), "RSA-2048": (padding.PKCS1v15(), SHA256)}


def bare_operations(scenario: Scenario, *, chains: bool) -> Callable[[], None]:
    """Do what no implementation can leave out: two key exchanges, two proofs made, two checked.

    It is the same in both versions: all contestants sign with RSA-PSS or ECDSA.

    Args:
        scenario: whose certificates and keys.
        chains: verify the signatures of both chains as well, two on each.
    """
    world = world_of(scenario)
    content = b" " * 64 + bytes(32)
    # Any: which of the library's key classes it is follows from the scenario's key type.
    proofs: list[tuple[Any, Any, str]] = [
        (one.private_key, one.certificate.public_key, one.certificate.key_type_name)
        for one in (world["alice"], world["server"])
    ]
    links = [link for name in ("alice", "server") for link in links_above(world, name)] if chains else []

    def play() -> None:
        mine, yours = X25519PrivateKey.generate(), X25519PrivateKey.generate()
        assert mine.exchange(yours.public_key()) == yours.exchange(mine.public_key())
        for key, public_key, kind in proofs:
            public_key.verify(key.sign(content, *PROOF[kind]), content, *PROOF[kind])
        for certificate, public_key, kind in links:
            public_key.verify(certificate.signature, certificate.tbs_bytes, *LINK[kind])

    return play


def links_above(world: World, name: str) -> list[tuple[Certificate, Any, str]]:
    """Each certificate from one up to the root, with its issuer's public key and what kind that is."""
    up = [world[above].certificate for above in issuers_from(world.scenario, name)]
    return [(one, issuer.public_key, issuer.key_type_name) for one, issuer in pairwise(up)]
