"""The lines of a text diagram, before Mermaid or PlantUML say them."""

from __future__ import annotations

from simulator.trace.facts import Checked
from simulator.trust.verdict import CheckOutcome
from simulator.views.story.certificate_words import group
from simulator.views.story.reading import news
from simulator.views.texts.outline import Note, outline
from tests.played import RUNS, for_each
from tests.views.traces import trace_of


@for_each("name, tls", RUNS)
def test_a_ledger_names_every_check(name: str, tls: str) -> None:
    """In a ledger told by groups no name of a check is cut off."""
    trace = trace_of(name, tls)
    told = " ".join(" ".join(line.lines) for line in outline(trace) if isinstance(line, Note))
    known, wanted = {}, []
    for event in trace.of(Checked):
        verdict = event.fact.verdict
        if len(news(known.get(event.actor), verdict)) == len(verdict.checks):
            to_come = verdict.peer and not verdict.decisive  # the proof has a line of its own
            checks = tuple(
                check for check in verdict.checks if not (to_come and check.name == "proof-of-possession")
            )
            wanted += [group(checks, outcome) for outcome in CheckOutcome if outcome is not CheckOutcome.FAIL]
        known[event.actor] = verdict
    assert [] == [words for words in wanted if words not in told]
