"""The words of a comparison: what each event is, where two runs part, what came of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Received,
    Sent,
    StateChanged,
)
from simulator.trust.verdict import Outcome
from simulator.trust.vocabulary import PROOF_OF_POSSESSION
from simulator.views.differences import setting_words
from simulator.views.heading import under_title
from simulator.views.page import version_words
from simulator.views.reading import sent_name
from simulator.views.words import clean, level_name, question

if TYPE_CHECKING:
    from simulator.trace import Event
    from simulator.trust.verdict import Verdict
    from simulator.views.alignment import Alignment

RELATION_WORDS = {"alike": "alike", "differs": "differs", "only a": "only left", "only b": "only right"}
MOST_SETTINGS = 12


def title_of(alignment: Alignment) -> str:
    """Which two runs, by what they do not share."""
    a, b = alignment.a, alignment.b
    if a.setup.title == b.setup.title:
        one, other = version_words(a), version_words(b)
        if one != other:
            return f"{clean(a.setup.title)}: {one} beside {other}"
        if setting_words(a.setup, b.setup):
            return f"{clean(a.setup.title)}: as it is, and changed"
        return (
            f"{clean(a.setup.title)}: {'decided in two ways' if alignment.divergence else 'twice the same'}"
        )
    return f"{clean(a.setup.title)} | {clean(b.setup.title)}"


def summary(alignment: Alignment) -> str:
    """Where the two part, in one sentence."""
    found = alignment.divergence
    if found is None:
        return "The two runs go the same way from beginning to end."
    parting = next(row for row in alignment.rows if row.parts)
    told = [
        event_words(event) if event else f"The {found.actor} has nothing more to do"
        for event in (parting.a, parting.b)
    ]
    return f"First divergence, at the {found.actor}. Left: {told[0]}. Right: {told[1]}."


def description(alignment: Alignment) -> str:
    """The comparison in sentences, for people who cannot see it."""
    a, b = alignment.a, alignment.b
    sentences = [f"Left: {clean(under_title(a))}.", f"Right: {clean(under_title(b))}.", summary(alignment)]
    settings = setting_words(a.setup, b.setup)
    if settings:
        told = "; ".join(f"{where}: {one} against {other}" for where, one, other in settings[:MOST_SETTINGS])
        sentences.append(f"Set up differently: {told}.")
    results = [f"{level_name(run.card.level)}, {run.card.level.plain_words}" for run in (a, b)]
    sentences.append(f"Result on the left: {results[0]}. Result on the right: {results[1]}.")
    return " ".join(sentences)


def event_words(event: Event) -> str:
    """What one event is, in a line: ``Server sends CertificateRequest``."""
    who = clean(event.actor)
    who = who.capitalize() if who in ("client", "server") else who
    match event.fact:
        case Sent():
            return f"{who} sends {sent_name(event.fact)}"
        case Received(name=name):
            return f"{who} reads {clean(name)}"
        case Alert(name=name, direction=direction):
            return f"{who} {'sends' if direction == 'sent' else 'reads'} the alert {clean(name)}"
        case Checked(verdict=verdict):
            return f"{who} {_judgement(verdict)}"
        case Decided(decision=decision, choice=choice):
            return f"{question(decision)} {clean(choice).capitalize()}"
        case HandshakeReturned(result=result):
            return f"{who}'s handshake call returns {result}"
        case BeliefChanged(level=level, assumed=assumed):
            verb = "knows" if event.actor == "server" else "assumes" if assumed else "believes"
            return f"{who} {verb}: {level_name(level)}"
        case StateChanged(before=before, after=after):
            return f"{who} goes from {clean(before)} to {clean(after)}"
        case _:
            return f"{who} begins"


def _judgement(verdict: Verdict) -> str:
    outcomes = [check.outcome for check in verdict.checks if check.name == PROOF_OF_POSSESSION]
    # The proof comes after the rest: a ledger that has it is a ledger's second showing.
    if Outcome.PASS in outcomes or Outcome.FAIL in outcomes:
        held = "it holds" if Outcome.FAIL not in outcomes else "it does not hold"
        return f"checks the {verdict.role}'s proof: {held}"
    decisive = verdict.decisive
    found = f"fails at {clean(decisive.name)}" if decisive else "no check fails"
    return f"checks the {verdict.role}'s certificate: {found}"
