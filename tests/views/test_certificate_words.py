"""A certificate in words: as the setup describes it, unreadable, or not described at all."""

from __future__ import annotations

from cryptography import x509
from msgspec import structs

from simulator.trace.facts import Sent, Setup
from simulator.trace.trace import Trace
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.trust_graph import trust_graph
from simulator.views.player.page import page
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.fields import key_fields
from simulator.views.story.trust_network import trust_network
from tests.played import RUNS, for_each, run_of


@for_each("name, tls", RUNS)
def test_the_words_are_those_of_the_certificate(name: str, tls: str) -> None:
    """What the setup says of each certificate is what a library reads in its bytes."""
    setup = run_of(name, tls).trace.setup
    for held in setup.certificates:
        read = x509.load_der_x509_certificate(held.der)
        words = dict(certificate_words(setup, held.der)["facts"])
        assert words["Subject"] == (read.subject.rfc4514_string() or "nobody is named")
        assert words["Issuer"].startswith(read.issuer.rfc4514_string())
        assert words["Serial number"] == f"{read.serial_number:x}"
        assert words["Not before"] == f"{read.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC"
        assert words["Not after"] == f"{read.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
        assert words["SHA-256"] == held.fingerprint


def changed(trace: Trace, setup: Setup) -> Trace:
    """The trace with another setup."""
    first = structs.replace(trace.events[0], fact=setup)
    return structs.replace(trace, events=(first, *trace.events[1:]))


def a_trace(*, described: bool) -> Trace:
    """A run whose certificates cannot be read, or are not described."""
    trace = run_of("valid-certificate", "1.2").trace
    held = [
        structs.replace(one, facts=None, problem="its structure is broken", signed_by=())
        for one in trace.setup.certificates
    ]
    if described:
        return changed(trace, structs.replace(trace.setup, certificates=tuple(held)))
    bare = [
        structs.replace(one, sends=(), trusts=(), holds=()) for one in trace.setup.actors
    ]  # as of live peers
    return changed(trace, structs.replace(trace.setup, certificates=(), actors=tuple(bare)))


@for_each(
    "described, title, problem, line",
    [
        (True, "unreadable certificate", "its structure is broken", "a certificate that cannot be read"),
        (
            False,
            "unknown certificate",
            "It is not described in this trace.",
            "a certificate that is not described in this trace",
        ),
    ],
)
def test_a_certificate_that_nobody_described(described: bool, title: str, problem: str, line: str) -> None:
    """A certificate without facts is drawn all the same, and every view says that it has none."""
    trace = a_trace(described=described)
    assert Trace.from_json(trace.to_json()) == trace
    der = run_of("valid-certificate", "1.2").trace.setup.certificates[0].der
    words = certificate_words(trace.setup, der)
    assert (words["title"], dict(words["facts"])["Problem"], words["extensions"]) == (title, problem, [])
    shown = [sent for _, sent in trace.facts(Sent) if sent.name == "Certificate"]
    assert {key_fields(sent, trace)[0] for sent in shown} == {line}
    assert {node.title for node in trust_network(trace).nodes.values()} == ({title} if described else set())
    for drawing in (sequence(trace), trust_graph(trace)):
        assert drawing.items
    assert problem in page(trace)
