"""The network of trust in one run: certificates, issuers, both trust stores, and the judgement of each side.

Read from the setup, the messages that carry certificates or hints, and the ledgers; nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from simulator.tls.wire.distinguished_names import name_text
from simulator.tls.wire.messages import (
    Certificate12,
    Certificate13,
    CertificateRequest12,
    CertificateRequest13,
)
from simulator.tls.wire.version import PEER, SIDES
from simulator.trace.facts import Checked, Sent
from simulator.trust.verdict import CheckOutcome, Verdict
from simulator.trust.vocabulary import CheckName
from simulator.views.story.certificate_words import certificate_title
from simulator.views.story.fields import hints_in
from simulator.views.story.reading import message_in, version_of
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Event, Setup
    from simulator.trace.setup import CertificateFacts, HeldCertificate
    from simulator.trace.trace import Trace


Link = Literal["issued", "trusts", "hint"]


@dataclass(frozen=True, slots=True)
class Node:
    """A certificate of the world.

    Attributes:
        certificate: the certificate as the setup describes it.
        sent_by: the sides that sent it in this run.
        trusted_by, held_by: the sides whose stores hold it.
        kept_by: the sides that could have sent it and did not.
    """

    certificate: HeldCertificate
    sent_by: tuple[Side, ...]
    trusted_by: tuple[Side, ...]
    held_by: tuple[Side, ...]
    kept_by: tuple[Side, ...]

    @property
    def facts(self) -> CertificateFacts | None:
        """Its contents, or None where they cannot be read."""
        return self.certificate.facts

    @property
    def title(self) -> str:
        """The first part of its subject."""
        return certificate_title(self.certificate)

    @property
    def kind(self) -> str:
        """Its kind in a few words."""
        if self.facts is None:
            return "cannot be read"
        if not self.facts.is_ca:
            return "end entity, signed by itself" if self.facts.self_signed else "end entity"
        return "root CA, signed by itself" if self.facts.self_signed else "intermediate CA"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement of one side about the other's certificate.

    Attributes:
        judge: the side that judges.
        event: of the last ledger, or None where it judged nothing; ``verdict`` is the ledger.
        path: names of the certificates of the path that was built, leaf first.
        missing: where the path broke: (a certificate, its issuer that the judge does not have). The issuer is
            empty where the world has none, and the certificate's own name where only trust is missing.
        words: the judgement in one line, which goes on from “The client …”.
        accepted: True if the judge found no fault; None where it judged no chain.
    """

    judge: Side
    event: Event | None
    verdict: Verdict | None
    path: tuple[str, ...]
    missing: tuple[str, str] | None
    words: str
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class TrustNetwork:
    """Everything the trust graph shows.

    Attributes:
        nodes: every certificate by its name in the scenario, in the setup's order.
        judgements: what each side made of the other's certificate.
        hints: names of the certificates that the CertificateRequest names; ``unknown_hints`` the RFC 4514
            names in it that no certificate of the world has. Both None where there was no request.
        chains: names of the certificates that each side showed, leaf first; a side that showed none is left
            out.
    """

    nodes: dict[str, Node]
    judgements: tuple[Judgement, Judgement]
    hints: tuple[str, ...] | None
    unknown_hints: tuple[str, ...]
    chains: dict[Side, tuple[str, ...]]

    @property
    def leaves(self) -> dict[Side, str]:
        """The certificate that each side showed first."""
        return {side: chain[0] for side, chain in self.chains.items()}


def trust_network(trace: Trace) -> TrustNetwork:
    """Read the network of trust out of a run."""
    certificates = trace.setup.certificates
    names = {held.der: held.name for held in certificates}
    sent, hinted = _shown(trace, names)
    nodes = {held.name: _node(held, trace.setup, sent) for held in certificates}
    chains = {side: sent[side] for side in SIDES if sent[side]}
    shown = {side: chain[0] for side, chain in chains.items()}
    judgements = [_judgement(trace, judge, nodes, shown.get(PEER[judge])) for judge in SIDES]
    known = {held.facts.subject_der: held.name for held in certificates if held.facts}
    return TrustNetwork(
        nodes=nodes,
        judgements=(judgements[0], judgements[1]),
        hints=None if hinted is None else tuple(known[der] for der in hinted if der in known),
        unknown_hints=tuple(clean(name_text(der)) for der in hinted or () if der not in known),
        chains=chains,
    )


def _shown(
    trace: Trace, names: Mapping[bytes, str]
) -> tuple[dict[str, tuple[str, ...]], tuple[bytes, ...] | None]:
    """Names of the certificates that each side sent last, and the CAs that the request names, or None."""
    sent: dict[str, tuple[str, ...]] = {"client": (), "server": ()}
    hinted = None
    for event, fact in trace.facts(Sent):
        ours = fact.protocol == "handshake" and event.actor in sent
        message = message_in(fact.raw, version_of(trace)) if ours else None
        if isinstance(message, Certificate12 | Certificate13):
            sent[event.actor] = tuple(names[der] for der in message.chain if der in names)
        elif isinstance(message, CertificateRequest12 | CertificateRequest13):
            hinted = hints_in(message)
    return sent, hinted


def _node(held: HeldCertificate, setup: Setup, sent: Mapping[str, tuple[str, ...]]) -> Node:
    """A certificate with the sides that have it."""
    sides = [(side, actor) for side in SIDES for actor in setup.actors if actor.role == side]
    return Node(
        certificate=held,
        sent_by=tuple(side for side in SIDES if held.name in sent[side]),
        trusted_by=tuple(side for side, actor in sides if held.name in actor.trusts),
        held_by=tuple(side for side, actor in sides if held.name in actor.holds),
        kept_by=tuple(
            side for side, actor in sides if held.name in actor.sends and held.name not in sent[side]
        ),
    )


def links(found: TrustNetwork) -> Iterator[tuple[str, str, Link]]:
    """Every edge: issuer to subject, store to what is trusted, server's store to what it hints at."""
    for name, node in found.nodes.items():
        yield from ((issuer, name, "issued") for issuer in node.certificate.signed_by)
        yield from ((f"{side} trusts", name, "trusts") for side in node.trusted_by)
    yield from (("server trusts", name, "hint") for name in found.hints or ())


def steps(judgement: Judgement) -> set[tuple[str, str]]:
    """The edges of the path that was built, the store's own included."""
    path = judgement.path
    edges = {(issuer, subject) for subject, issuer in pairwise(path)}
    return edges | ({(f"{judgement.judge} trusts", path[-1])} if path else set())


def _judgement(trace: Trace, judge: Side, nodes: dict[str, Node], leaf: str | None) -> Judgement:
    """The last ledger of a judge in words, with its path in names."""
    ledgers = [(event, fact.verdict) for event, fact in trace.facts(Checked) if event.actor == judge]
    if not ledgers:
        why = "no certificate reached it" if leaf else "it saw no certificate"
        return Judgement(judge, None, None, (), None, f"judges nothing: {why}", None)
    event, verdict = ledgers[-1]
    prints = {node.certificate.fingerprint: name for name, node in nodes.items()}
    path = tuple(prints[step] for step in verdict.path if step in prints)
    decisive = verdict.decisive
    missing = None
    if decisive is not None and decisive.name == CheckName.TRUST_ANCHOR and leaf is not None:
        missing = _break(judge, nodes, leaf)
    anchors = [check.outcome for check in verdict.checks if check.name == CheckName.TRUST_ANCHOR]
    peer, accepted = PEER[judge], None if decisive is None else False
    if verdict.peer is None:
        words = f"got no certificate, and {f'refuses the {peer}' if decisive else 'goes on without'}"
    elif decisive is not None:
        words = f"refuses the {peer}: {clean(decisive.name)} failed"
    elif not path and CheckOutcome.NOT_EVALUATED in anchors:
        words = f"takes the {peer}'s certificate as it comes, and judges no chain"
    else:
        words, accepted = f"accepts the {peer}: no check failed", True
    return Judgement(judge, event, verdict, path, missing, words, accepted)


def _break(judge: Side, nodes: dict[str, Node], leaf: str) -> tuple[str, str]:
    """Go up from the leaf as far as the judge can follow."""
    name, seen = leaf, {leaf}
    while True:
        issuers = [issuer for issuer in nodes[name].certificate.signed_by if issuer not in seen]
        known = [issuer for issuer in issuers if _has(judge, nodes[issuer])]
        if not known:
            facts = nodes[name].facts
            rootlike = facts is not None and facts.self_signed
            return name, issuers[0] if issuers else name if rootlike else ""
        name = known[0]
        seen.add(name)


def _has(judge: Side, node: Node) -> bool:
    """The judge has that certificate: it received it, or one of its stores holds it."""
    return PEER[judge] in node.sent_by or judge in (*node.trusted_by, *node.held_by)
