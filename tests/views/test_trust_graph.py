"""The trust graph says who issued what, whom either side trusts, and where the path broke."""

from __future__ import annotations

from itertools import pairwise, permutations

import networkx as nx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from simulator import Scenario, simulate
from simulator.tls.wire.version import PEER
from simulator.trace.facts import Checked
from simulator.views.drawing.display import Box, Line, Text
from simulator.views.pictures.trust_graph import LEAD, Places, trust_graph
from simulator.views.story.trust_network import links, steps, trust_network
from simulator.views.story.trust_words import trust_text
from tests.played import EVERYTHING, RUNS, for_each
from tests.views.traces import trace_of


def issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """What pyca/cryptography says: the names fit and the key verifies the signature.

    A certificate that signs itself needs no other issuer, and SHA-1 is refused there but can be checked.
    """
    if subject.issuer == subject.subject:
        return False
    try:
        if isinstance(subject.signature_hash_algorithm, hashes.SHA1):
            key = issuer.public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(subject.signature, subject.tbs_certificate_bytes, ec.ECDSA(hashes.SHA1()))
            return issuer.subject == subject.issuer
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


@for_each("name, tls", RUNS)
def test_issuers_are_those_that_another_library_finds(name: str, tls: str) -> None:
    """An edge runs from issuer to subject exactly where pyca/cryptography verifies the signature."""
    trace = trace_of(name, tls)
    read = {held.name: x509.load_der_x509_certificate(held.der) for held in trace.setup.certificates}
    expected = {
        (issuer, subject) for issuer, subject in permutations(read, 2) if issued(read[issuer], read[subject])
    }
    found = links(trust_network(trace))
    assert expected == {(one, other) for one, other, kind in found if kind == "issued"}


@for_each("name, tls", RUNS)
def test_trust_is_what_the_setup_says(name: str, tls: str) -> None:
    """An edge of trust runs from a side's store to exactly what stands in it."""
    trace = trace_of(name, tls)
    expected = {
        (f"{actor.name} trusts", held)
        for actor in trace.setup.actors
        if actor.role != "authority"
        for held in actor.trusts
    }
    found = links(trust_network(trace))
    assert expected == {(one, other) for one, other, kind in found if kind == "trusts"}


@for_each("name, tls", RUNS)
def test_a_path_that_was_built_is_a_path_of_the_graph(name: str, tls: str) -> None:
    """Each path leads over edges that are there, from the judge's own store down to what the peer showed."""
    trace = trace_of(name, tls)
    found = trust_network(trace)
    graph = nx.DiGraph((one, other) for one, other, _ in links(found))
    for judgement in found.judgements:
        if judgement.path:
            store, leaf = f"{judgement.judge} trusts", judgement.path[0]
            assert leaf == found.leaves[PEER[judgement.judge]]
            assert nx.is_path(graph, [store, *reversed(judgement.path)])
            assert steps(judgement) <= set(graph.edges())


@for_each("name, tls", RUNS)
def test_judgements_are_those_of_the_ledgers(name: str, tls: str) -> None:
    """Who accepts and who refuses is what the last ledger of either side says, and no more."""
    trace = trace_of(name, tls)
    for judgement in trust_network(trace).judgements:
        facts = [event.fact for event in trace.of(Checked) if event.actor == judgement.judge]
        last = facts[-1] if facts else None
        if not isinstance(last, Checked):
            assert judgement.accepted is None
        elif judgement.accepted is not None:
            assert judgement.accepted is last.verdict.accepted
        else:
            assert last.verdict.accepted
            assert last.verdict.path == ()


MISSING = {
    "missing-intermediate": ("alice", "intermediate-ca"),
    "untrusted-ca": ("alice", "other-ca"),
    "self-signed": ("alice", "alice"),
    "server-untrusted": ("server", "other-ca"),
}


@for_each("name, tls", RUNS)
def test_the_missing_link_is_where_the_judge_lacks_the_issuer(name: str, tls: str) -> None:
    """A link is missing exactly where no path of trust was found, and it is the right one."""
    trace = trace_of(name, tls)
    missing = [j.missing for j in trust_network(trace).judgements if j.missing is not None]
    expected = trace.outcome.decisive_check == "trust-anchor"
    assert expected == bool(missing)
    if name in MISSING:
        assert [MISSING[name]] == missing
    broken = {item.style for item in trust_graph(trace).items if isinstance(item, Line)}
    assert expected == ("missing" in broken)


def test_a_hint_is_no_trust() -> None:
    """A CA that is only hinted at is drawn with a dotted line, and no line of trust leads to it."""
    trace = trace_of("ca-list-ignored", "1.3")
    found = trust_network(trace)
    assert ("other-ca",) == found.hints
    assert () == found.nodes["other-ca"].trusted_by
    lines = [item.style for item in trust_graph(trace).items if isinstance(item, Line)]
    assert 1 == lines.count("hint")
    assert "Hint in the CertificateRequest, which is no trust: Other CA." in trust_text(trace, 100)


@for_each("name, tls", RUNS)
def test_every_certificate_is_named_and_no_two_share_a_place(name: str, tls: str) -> None:
    """Every certificate of the world stands in the picture once, apart from the others."""
    trace = trace_of(name, tls)
    found = trust_network(trace)
    places = Places(found)
    assert len(found.nodes) == len({(places.layer[n], places.column[n]) for n in found.nodes})
    boxes = [b for b in trust_graph(trace).items if isinstance(b, Box) and b.style.startswith("certificate")]
    assert len(found.nodes) == len(boxes)
    words = {item.text for item in trust_graph(trace).items if isinstance(item, Text)}
    assert set() == {node.title for node in found.nodes.values()} - words


@for_each("name, tls", RUNS)
def test_issuers_stand_above_what_they_issued(name: str, tls: str) -> None:
    """Every issuer is in a higher layer than its subject, so that no arrow runs up."""
    found = trust_network(trace_of(name, tls))
    places = Places(found)
    wrong = [
        (issuer, subject)
        for subject, node in found.nodes.items()
        for issuer in node.certificate.signed_by
        if places.layer[issuer] >= places.layer[subject]
    ]
    assert [] == wrong


def test_the_legend_stands_whole_and_explains_every_word_on_a_line() -> None:
    """No part of the legend is cut off, and each word that stands on an arrow stands in it."""
    items = [
        item for item in trust_graph(trace_of("valid-certificate", "1.3")).items if isinstance(item, Text)
    ]
    assert LEAD == " ".join(item.text for item in items if item.style == "lesson")
    words = {item.text for item in items if item.style in ("link", "link.hint") and " " not in item.text}
    assert {"shows", "trusts"} == words
    assert all(word in LEAD for word in words)


@pytest.mark.skipif(not EVERYTHING, reason="issuing hundreds of CAs takes seconds")
def test_a_chain_longer_than_pythons_stack_can_be_drawn() -> None:
    """Hundreds of intermediates stand below one another, and as many trusted CAs beside one another."""
    names = [f"ca{number}" for number in range(400)]
    roots = {f"certificates.{name}": {"role": "ca"} for name in names}
    chain = {f"certificates.{name}.issuer": above for above, name in pairwise(["client-ca", *names])}
    deep = trust_graph(simulate(Scenario().but(roots | chain | {"certificates.alice.issuer": "ca399"})).trace)
    wide = trust_graph(simulate(Scenario().but(roots | {"server.trusts": [*names, "client-ca"]})).trace)
    for drawing in (deep, wide):
        assert len([item for item in drawing.items if isinstance(item, Box)]) >= len(names)
    assert deep.height > wide.height
    assert deep.width < wide.width
