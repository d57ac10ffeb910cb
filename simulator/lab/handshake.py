"""The handshake that would follow with one's own certificates: a simulated run, drawn like every other.

The chain is the user's, byte for byte. A key that belongs to it signs in memory and is kept nowhere. Without
it no proof can be shown, so an accepted chain is played with doubles (:mod:`simulator.pki.doubles`), and the
run's title says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from simulator.engine.preparation import Preparation, episodes_of
from simulator.engine.recorder import Recorder
from simulator.engine.roles import client_role, server_role
from simulator.engine.setup_event import setup_of
from simulator.engine.simulation import Simulation
from simulator.engine.world import World
from simulator.entropy import SeededEntropy
from simulator.errors import CertificateError
from simulator.lab.revocation import without_answers
from simulator.pki.doubles import Doubles, stand_in_key
from simulator.pki.host import read_host
from simulator.pki.issuing import Issued
from simulator.pki.stores import TrustStore
from simulator.scenario import (
    CertificateSetup,
    ClientSetup,
    Network,
    Scenario,
    ServerSetup,
    good_certificates,
)
from simulator.tls.wire.registry import (
    FURTHER_SIGNATURE_SCHEMES,
    SIGNATURE_SCHEMES,
    SPOKEN_SIGNATURE_SCHEMES,
)
from simulator.tls.wire.version import Version
from simulator.trust.profiles import PROFILES
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.lab.explanation import Explanation
    from simulator.pki.certificate import Certificate
    from simulator.pki.keys import PrivateKey
    from simulator.tls.wire.version import TlsVersion
    from simulator.trace.trace import Trace
    from simulator.trust.policy import TrustPolicy

HOST = "telnet.example.com"  # the server of the good handshake, and one whose certificate names no host
USUAL_KEYS = ("P-256", "P-384", "Ed25519", "RSA")  # both sides' usual schemes are for these

FOLLOWS = "What would follow"
SIMULATED = "Client, server and network are simulated, and nothing was sent."
WITH_KEY = f"The certificates are those of the files, and their private key signed. {SIMULATED}"
DOUBLED = (
    "The private key is not among the files, so nothing can be proved with it. The certificates are doubles: "
    "the same contents, with other keys that were made for this picture. It shows a client or a server that "
    f"has its key. {SIMULATED}"
)
UNREAD = (
    "The certificates are those of the files. Their private key is not among them: another key signs in its "
    f"place, and the refusal comes before its signature is looked at. {SIMULATED}"
)
OTHER_KEY = (
    "The certificates are those of the files. The private key at hand belongs to another certificate, so the "
    f"proof is made with a key that is not the certificate's. {SIMULATED}"
)


class Chosen(NamedTuple):
    """The certificates and the key of a handshake.

    Attributes:
        chain: as it is sent, the leaf first.
        trusted: what the other side trusts.
        policy: the rules by which it judges.
        key: signs for the leaf.
        about: the lesson of the run: what in it is the user's.
        mark: the same in a few words, with which the title begins.
    """

    chain: tuple[Certificate, ...]
    trusted: tuple[Certificate, ...]
    policy: TrustPolicy
    key: PrivateKey
    about: str
    mark: str


def handshake_of(explanation: Explanation, key: PrivateKey | None, tls: TlsVersion = "1.3") -> Trace:
    """Play the handshake that would follow, with a server that requires a certificate of its clients.

    Args:
        explanation: of the chain.
        key: the private key that belongs to the leaf, or None.
        tls: the protocol version.

    Raises:
        CertificateError: there is no certificate, or no signature of TLS goes with its key.
    """
    if not explanation.chain:
        message, advice = "There is no handshake to draw.", "Give the file with the certificate."
        got = "files without a certificate"
        raise CertificateError(message, got=got, expected="a certificate", advice=advice)
    leaf = explanation.chain[0]
    if leaf.public_key is None:
        message = "There is no handshake to draw: this program cannot sign for this certificate."
        advice = "Leave -o out: the explanation itself needs no signature."
        raise CertificateError(
            message, got=leaf.key_type_name, expected="an RSA, EC or EdDSA key", advice=advice
        )
    trace = _played(explanation, _chosen(explanation, key), tls)
    if key is None and explanation.key_matches is None and _fails_by_its_key(trace, explanation):
        return _played(explanation, _doubled(explanation), tls)  # a stack that looks at the proof first
    return trace


def _fails_by_its_key(trace: Trace, explanation: Explanation) -> bool:
    """Return True if the proof decided, though it is not what the explanation says."""
    decisive, proof = explanation.verdict.decisive, CheckName.PROOF_OF_POSSESSION
    return trace.outcome.decisive_check == proof != (decisive.name if decisive else "")


def _played(explanation: Explanation, chosen: Chosen, tls: TlsVersion) -> Trace:
    """The run with these certificates and this key."""
    scenario, names = _scenario(explanation, chosen)
    brought = dict(zip(names, _issued(chosen), strict=True))
    ready = _ready(
        scenario, World(scenario, SeededEntropy(scenario.seed), enrolled=(), brought=brought), chosen, tls
    )
    simulation = Simulation(scenario, tls, ready=ready)
    simulation.run()
    return simulation.trace


def _chosen(explanation: Explanation, key: PrivateKey | None) -> Chosen:
    """The certificates and the key to play with: the user's own, or doubles of them."""
    chain, trusted, policy = explanation.chain, explanation.trusted, explanation.policy
    if key is not None:
        return Chosen(chain, trusted, policy, key, WITH_KEY, FOLLOWS)
    if explanation.key_matches is False:
        return Chosen(chain, trusted, policy, stand_in_key(chain[0]), OTHER_KEY, "With another key")
    if not explanation.verdict.accepted:
        return Chosen(chain, trusted, policy, stand_in_key(chain[0]), UNREAD, FOLLOWS)
    return _doubled(explanation)


def _doubled(explanation: Explanation) -> Chosen:
    """Doubles of all certificates. They have no OCSP answers, so revocation is not looked up there."""
    chain, trusted, policy = explanation.chain, explanation.trusted, without_answers(explanation.policy)
    doubles = Doubles(chain[0], (*chain[1:], *_above(chain, trusted)))
    trusts = tuple(map(doubles.of, trusted))
    lists = tuple(map(doubles.of_list, policy.revocation.crls))
    judged_by = replace(
        policy, store=TrustStore.of(trusts), revocation=replace(policy.revocation, crls=lists)
    )
    sent = tuple(map(doubles.of, chain))
    return Chosen(sent, trusts, judged_by, doubles.leaf_key, DOUBLED, "If the key is there")


def _above(chain: Sequence[Certificate], trusted: Sequence[Certificate]) -> Iterator[Certificate]:
    """The trusted certificates that a path from the chain may lead to; a system trusts hundreds of others."""
    names = {one.issuer_name.folded for one in chain}
    return (one for one in trusted if one.subject_name.folded in names)


def _issued(chosen: Chosen) -> Iterator[Issued]:
    """The certificates that were brought, each once: the leaf with its key, the others without any."""
    for place, one in enumerate(_certificates(chosen)):
        yield Issued(one, chosen.chain[1:], chosen.key) if place == 0 else Issued(one, (), None)


def _certificates(chosen: Chosen) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys((*chosen.chain, *chosen.trusted)))


def _scenario(explanation: Explanation, chosen: Chosen) -> tuple[Scenario, tuple[str, ...]]:
    """A world with the user's certificates on one side, and the names that these have in it."""
    certificates, role = _certificates(chosen), explanation.role
    sent = len(set(chosen.chain))
    names = ("own", *(f"sent-{n}" for n in range(2, sent + 1)))
    names = (*names, *(f"trusted-{n}" for n in range(1, len(certificates) - sent + 1)))
    known = dict(zip(certificates, names, strict=True))
    authorities = TrustStore.of(certificates).authorities
    setups = {
        # Its issuer may be unknown: for the world each has none, and no CA has a part in this story.
        name: CertificateSetup(one.subject or "CN=no name", "ca" if one in authorities else role, name)
        for one, name in known.items()
    }
    sends, trusts = (tuple(known[one] for one in some) for some in (chosen.chain, chosen.trusted))
    schemes = _schemes(chosen.chain[0])
    profile = explanation.policy.profile
    if role == "client":
        client = ClientSetup("own", sends=sends, signature_schemes=schemes)
        page = PROFILES[profile].refuses_clients_by == "page"
        server = ServerSetup(
            client_authentication="deferred" if page else "required",
            trusts=trusts,
            profile=profile,
            signature_schemes=schemes,
        )
    else:
        host = explanation.policy.server_name or _host_in(chosen.chain[0])
        client = ClientSetup(
            None, trusts=trusts, profile=profile, server_name=host, signature_schemes=schemes
        )
        server = ServerSetup(
            "own", sends=sends, client_authentication="none", trusts=(), signature_schemes=schemes
        )
    leaf = chosen.chain[0]
    title = f"{chosen.mark}: {leaf.common_name or leaf.subject or 'a certificate without a name'}"
    scenario = Scenario(
        name="own-certificate",
        title=title,
        lesson=chosen.about,
        clock=explanation.at,
        certificates=good_certificates() | setups,
        network=_network(explanation),
        client=client,
        server=server,
        expect={},
    )
    return scenario, names


def _network(explanation: Explanation) -> Network:
    """The network of a server that refuses after its handshake: with a page, or by closing."""
    decisive = explanation.verdict.decisive
    if explanation.role == "server" or decisive is None:
        return Network()
    refusal = PROFILES[explanation.policy.profile].refusal_of_client(decisive.name)
    return Network(
        application="http" if refusal == "page" else "line", close="eof" if refusal == "close" else "alert"
    )


def _schemes(leaf: Certificate) -> tuple[str, ...] | None:
    """The signature schemes of both sides: the usual ones, and more for a key that needs another one."""
    if leaf.key_type_name.startswith(USUAL_KEYS) and not leaf.key_type_name.startswith("RSA-PSS"):
        return None
    codes = dict.fromkeys((*SPOKEN_SIGNATURE_SCHEMES, *FURTHER_SIGNATURE_SCHEMES))
    return tuple(SIGNATURE_SCHEMES[code] for code in codes)


def _host_in(leaf: Certificate) -> str:
    """A host that a server's certificate names, since the client has to ask for some host."""
    names: Sequence[str] = leaf.subject_alternative_name.dns_names if leaf.subject_alternative_name else ()
    return next((name for name in names if "*" not in name and read_host(name).sni), HOST)


def _ready(scenario: Scenario, world: World, chosen: Chosen, tls: TlsVersion) -> Preparation:
    """The one connection, made ready to run; the other side judges by the rules of the explanation."""
    version = Version(tls)
    client, server = client_role(scenario, world, version), server_role(scenario, world, version)
    if chosen.policy.role == "client":
        server = replace(server, policy=replace(chosen.policy, require_certificate=True))
    else:
        client = replace(client, policy=chosen.policy)
    (episode,) = episodes_of(scenario)
    setup = Recorder(tls).begin(setup_of(scenario, world, tls, 1, 1, scenario.between), 0)
    return Preparation(episode, world, client, server, {}, setup, [])
