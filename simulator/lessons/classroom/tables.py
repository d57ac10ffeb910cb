"""The contents of a run as tables: card, certificates, ledgers, messages, events, proof; and the glossary.

A table is HTML in a notebook and text in a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.lessons.arguments import a_run, a_side, a_word, some_events, wrong_argument
from simulator.lessons.page import Folded, Lead, Table, page
from simulator.lessons.traces import proof_in
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Sent,
    StandingChanged,
    TransportEnded,
)
from simulator.trace.latest import last_verdict
from simulator.trust.verdict import CheckOutcome
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.glossary import look_up
from simulator.views.story.headlines import headline
from simulator.views.story.lanes import scenario_words, version_words
from simulator.views.story.reading import sendings, sent_name
from simulator.views.story.words import (
    OUTCOME_MARKS,
    OUTCOME_WORDS,
    card_facts,
    clean,
    level_name,
    moment,
    plural,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.engine.simulation import Simulation
    from simulator.lessons.traces import Proof
    from simulator.runs.run import Run
    from simulator.trace.facts import Event
    from simulator.views.drawing.notebook import Exhibit

# The lines of a certificate that the trust decision is mostly about; a notebook folds the others.
FIRST_LINES = ("Subject", "Issuer", "Not before", "Not after", "Public key", "extKeyUsage")


def card(run: Run | Simulation) -> Exhibit:
    """The security level of a run, taken apart.

    Raises:
        ArgumentError: not a run.
        DecisionError: the simulation has not ended.
    """
    made = a_run(run).trace.card
    return page(Lead(f"{level_name(made.level)}: {made.level.plain_words}"), Table(card_facts(made)))


def levels(*runs: Run | Simulation) -> Exhibit:
    """A line for each run: its level, version and scenario.

    Raises:
        ArgumentError: one of them is not a run.
        DecisionError: a simulation has not ended.
    """
    rows = [
        (level_name(run.trace.card.level), version_words(run.trace), scenario_words(run.trace.setup))
        for run in map(a_run, runs)
    ]
    return page(Table(rows, ("level", "version", "run")))


def refusals(*runs: Run | Simulation) -> Exhibit:
    """A line for each run: the decisive check, and the alert that followed.

    Raises:
        ArgumentError: one of them is not a run.
        DecisionError: a simulation has not ended.
    """
    rows = []
    for run in map(a_run, runs):
        outcome = run.trace.outcome
        alert = outcome.alert.name if outcome.alert else "none"
        rows.append((outcome.decisive_check or "none", alert, scenario_words(run.trace.setup)))
    return page(Table(rows, ("check that decided", "alert", "run")))


def certificate(run: Run | Simulation, name: str) -> Exhibit:
    """A certificate of the run, opened.

    Raises:
        ArgumentError: not a run, or unknown certificate.
    """
    setup = a_run(run).trace.setup
    held = {one.name: one.der for one in setup.certificates}
    if name not in held:
        raise wrong_argument(
            "Unknown certificate of this scenario.", name, ", ".join(held), "Name one of these."
        )
    words = certificate_words(setup, held[name])
    rows = [(label, text) for label, text in words["facts"]]
    rows += [(f"{kind}, critical" if bind else kind, text) for kind, bind, text in words["extensions"]]
    first = [row for row in rows if row[0].partition(",")[0] in FIRST_LINES]
    others = [row for row in rows if row not in first]
    lead = Lead(f"The certificate {name}: {len(held[name])} bytes")
    return page(lead, Table(first), Folded(f"The other {len(others)} lines", Table(others)))


def ledger(run: Run | Simulation, judge: str = "server") -> Exhibit:
    """Every check of a side's trust decision with its number: the failed ones first, the passed ones last.

    Args:
        run: a run.
        judge: ``server`` (it judged the client) or ``client``.

    Raises:
        ArgumentError: not a run, or unknown side.
        SimulatorError: that side judged no certificate in this run.
    """
    verdict = last_verdict(a_run(run).trace.events, a_side(judge))
    if verdict is None:
        raise SimulatorError(
            f"The {judge} judged no certificate in this run.",
            advice="Was a certificate asked for, and did one come?",
        )
    shown = {outcome: f"{OUTCOME_MARKS[outcome]} {OUTCOME_WORDS[outcome]}" for outcome in CheckOutcome}
    rows: dict[CheckOutcome, list[tuple[str, ...]]] = {outcome: [] for outcome in CheckOutcome}
    for number, check in enumerate(verdict.checks, start=1):
        row = (str(number), check.name, shown[check.outcome], clean(check.sentence))
        rows[check.outcome].append(row)
    missed = rows[CheckOutcome.NOT_REACHED]
    if missed:
        names = ", ".join(dict.fromkeys(row[1] for row in missed))
        missed[:] = [(f"{missed[0][0]}…", plural(len(missed), "check"), missed[0][2], names)]
    first = [*rows[CheckOutcome.FAIL], *rows[CheckOutcome.NOT_EVALUATED], *missed]
    passed = rows[CheckOutcome.PASS]
    titles = ("", "check", "result", "in words")
    decisive = verdict.decisive
    result = f"fails at {decisive.name}" if decisive else "no check fails"
    lead = Lead(f"The {judge} judges the {verdict.role}: {result}")
    return page(
        lead,
        Table(first, titles) if first else "",
        Folded(f"{plural(len(passed), 'check')} passed", Table(passed, titles)) if passed else "",
    )


def proof(run: Run | Simulation) -> Proof:
    """The client's proof of possession, for checking by other means.

    Raises:
        ArgumentError: not a run.
        DecisionError: the simulation has not ended.
        SimulatorError: the client sent no proof.
    """
    found = proof_in(a_run(run).trace)
    if found is None:
        raise SimulatorError(
            "The client proved nothing in this run.",
            advice="It sends CertificateVerify only with a certificate, and a certificate only when asked.",
        )
    return found


def conversation(run: Run | Simulation) -> Exhibit:
    """Every message in order: time, sender, name, size, and if an eavesdropper could read it.

    Raises:
        ArgumentError: not a run.
        DecisionError: the simulation has not ended.
    """
    rows = []
    for event, fact in sendings(a_run(run).trace):
        name = f"Alert: {clean(fact.name)}" if isinstance(fact, Alert) else sent_name(fact)
        readable = "in the clear" if fact.protection.value == "clear" else "encrypted"
        if event.at >= 0:
            rows.append((moment(event.at), event.actor, name, str(len(fact.raw)), readable))
    return page(Table(rows, ("when", "from", "message", "bytes", "on the wire")))


def tell(events: Iterable[Event]) -> Exhibit:
    """The events of a run that a person would mention, a line for each.

    Raises:
        ArgumentError: these are not events.
    """
    seen = (
        Sent,
        Alert,
        TransportEnded,
        Checked,
        Decided,
        BeliefChanged,
        StandingChanged,
        HandshakeReturned,
    )
    rows = [
        (moment(event.at), headline(event)) for event in some_events(events) if isinstance(event.fact, seen)
    ]
    return page(Table(rows, ("when", "what happens"))) if rows else page("Nothing that can be seen.")


def explain(word: str) -> Exhibit:
    """A word of the glossary.

    Raises:
        ArgumentError: not a word.
        UnknownWordError: unknown word.
    """
    entry = look_up(a_word(word))
    more = [("see", ", ".join(entry.see)), ("source", entry.source)]
    rows = [(label, text) for label, text in more if text]
    return page(Lead(entry.term), entry.text, *([Table(rows)] if rows else []))
