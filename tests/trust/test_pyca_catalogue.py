"""Every chain of the catalogue, judged by us and by pyca's verifier.

pyca demands a subjectAltName of clients, and the catalogue's clients go without. So each chain is judged
twice: as it stands, where pyca must refuse for that, and with a name added, where all else can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.pki.certificate import Certificate
from simulator.scenario.catalogue.catalogue import BASICS, catalogue
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from tests.played import for_each

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.engine.world import Holding
    from simulator.scenario import Scenario
    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Verdict

ROLES: tuple[Side, Side] = ("client", "server")

# With a name in the client's certificate: where we and pyca still differ, and why.
DIFFERENCES = {
    (
        "self-signed-trusted",
        "client",
    ): "pyca looks for an issuer's key identifier even in what is itself trusted",
    ("key-usage-without-signing", "client"): "pyca leaves a leaf's key usage to the protocol",
    ("weak-rsa-key", "client"): "pyca looks at the strength of issuers' keys only",
}
# Clients whose certificates have a name in the catalogue already.
NAMED_CLIENTS = {"name-constraint-violated"}

# What pyca says where our check of that name decides.
WORDS = {
    "trust-anchor": "all candidates exhausted",
    "validity": "cert is not valid at validation time",
    "extended-key-usage": "required EKU not found",
    "basic-constraints": "basicConstraints.cA must be asserted",
    "path-length": "path length constraint violated",
    "name-constraints": "no permitted name constraints matched",
    "signature-algorithm": "Forbidden signature algorithm",
    "server-name": "no matching subjectAltName",
}
# A self-signed leaf has no authorityKeyIdentifier; pyca misses that before it looks for an issuer.
OTHER_WORDS = {("self-signed", "client"): "2.5.29.35: Certificate is missing required extension"}

CASES = [
    (name, role)
    for name in BASICS
    for role in ROLES
    if role == "server" or catalogue[name].client.certificate is not None
]


@dataclass(frozen=True)
class Chain:
    """What one side shows the other, and how the other judges."""

    shown: Holding
    judge: Holding
    role: Side
    now: datetime
    server_name: str
    profile: str

    def ours(self) -> Verdict:
        """Our verdict, without the proof of possession."""
        policy = TrustPolicy(
            role=self.role,
            store=self.judge.store,
            held=self.judge.held,
            server_name=self.server_name,
            profile=self.profile,
        )
        return judge(self.shown.credentials[0].chain, policy, self.now, tls="1.3")

    def pycas(self) -> str | None:
        """Why pyca's verifier refuses; None where it accepts."""
        leaf, *others = [x509.load_der_x509_certificate(der) for der in self.shown.credentials[0].chain]
        others += [x509.load_der_x509_certificate(one.der) for one in self.judge.held]
        store = Store([x509.load_der_x509_certificate(one.der) for one in self.judge.store])
        builder = PolicyBuilder().store(store).time(self.now.astimezone(UTC).replace(tzinfo=None))
        try:
            if self.role == "client":
                builder.build_client_verifier().verify(leaf, others)
            else:
                builder.build_server_verifier(x509.DNSName(self.server_name)).verify(leaf, others)
        except VerificationError as error:
            return str(error)
        return None


def with_names(scenario: Scenario) -> Scenario:
    """The scenario with a subjectAltName in every certificate of the client's that has none."""
    names = [name for name in (scenario.client.certificate, *scenario.client.also_holds) if name]
    nameless = [name for name in names if scenario.certificates[name].dns_names is None]
    return scenario.but({f"certificates.{name}.dns_names": ["alice.example.org"] for name in nameless})


@cache
def chain_of(name: str, role: Side, *, named: bool) -> Chain:
    """A chain of the catalogue, as it stands or with a name."""
    return chain_in(with_names(catalogue[name]) if named else catalogue[name], role)


def chain_in(scenario: Scenario, role: Side) -> Chain:
    """A side's chain, and who judges it by which clock."""
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    client, server = scenario.client, scenario.server
    if role == "client":
        sides, offset, profile = (world.client, world.server), server.clock_offset, server.profile
    else:
        sides, offset, profile = (world.server, world.client), client.clock_offset, client.profile
    return Chain(*sides, role, scenario.clock + offset, client.server_name, profile)


@pytest.mark.parametrize("role", ROLES)
def test_agrees_but_for_the_named_differences(role: Side) -> None:
    """With a name in the client's certificate, we agree on every chain but for the named differences."""
    differing = set()
    for name in (name for name, of in CASES if of == role):
        chain = chain_of(name, role, named=True)
        if chain.ours().accepted != (chain.pycas() is None):
            differing.add((name, role))
    assert {case for case in DIFFERENCES if case[1] == role} == differing


@for_each("name, role", [case for case in CASES if case not in DIFFERENCES])
def test_refused_for_the_same_reason(name: str, role: Side) -> None:
    """Where both refuse, pyca's words mean what our decisive check says."""
    chain = chain_of(name, role, named=True)
    check, reason = chain.ours().decisive, chain.pycas()
    if check is None:
        assert reason is None
    else:
        assert OTHER_WORDS.get((name, role), WORDS.get(check.name, "?")) in (reason or "")


@for_each("name", [name for name, role in CASES if role == "client"])
def test_pyca_demands_a_name_of_clients(name: str) -> None:
    """As they stand, pyca accepts no client chain: it misses a subjectAltName in the good ones."""
    chain = chain_of(name, "client", named=False)
    leaf = Certificate.parse(chain.shown.credentials[0].chain[0])
    assert (name in NAMED_CLIENTS) == (leaf.subject_alternative_name is not None)
    assert chain.pycas() is not None
    if chain.ours().accepted and (name, "client") not in DIFFERENCES:
        assert "2.5.29.17: Certificate is missing required extension" in str(chain.pycas())


@for_each("name", [name for name, role in CASES if role == "server"])
def test_server_chains_agree_as_they_stand(name: str) -> None:
    """Server certificates have their names, so nothing needs to be added for pyca to agree."""
    chain = chain_of(name, "server", named=False)
    assert chain.ours().accepted == (chain.pycas() is None)


def test_ed25519_is_refused_of_a_ca() -> None:
    """An Ed25519 leaf under a P-256 CA is good for pyca too; an Ed25519 CA it refuses, and we do not."""
    scenario = with_names(catalogue["ed25519-certificate"])
    throughout = chain_in(scenario.but({"certificates.client-ca.key": "Ed25519"}), "client")
    assert chain_in(scenario, "client").pycas() is None
    assert throughout.ours().accepted is True
    assert "Forbidden public key algorithm" in str(throughout.pycas())
