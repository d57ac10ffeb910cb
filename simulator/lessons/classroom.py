"""What a cell of a notebook says in one line: show a run, open a certificate, read a ledger, decide.

Everything here takes runs and gives exhibits: a picture or a table in a notebook, text in a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.compare import Matrix
from simulator.errors import SimulatorError
from simulator.lessons.glossary import look_up
from simulator.lessons.page import Choices, Lead, Table, page
from simulator.lessons.traces import last_verdict
from simulator.sweep import explore
from simulator.trace import Alert, BeliefChanged, Checked, Decided, HandshakeReturned, Sent
from simulator.trust.verdict import Outcome
from simulator.views.certificate_words import certificate_words
from simulator.views.diff import diff
from simulator.views.diff_words import event_words
from simulator.views.matrix import matrix_drawing
from simulator.views.named import view_named
from simulator.views.notebook import Exhibit, exhibit
from simulator.views.words import OUTCOME_WORDS, card_facts, clean, level_name, moment, plural, question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.run import Run
    from simulator.scenario import Scenario, TlsVersion
    from simulator.simulation import Simulation
    from simulator.trace import Event
    from simulator.views.widget import LivePlayer

MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_EVALUATED: "–", Outcome.NOT_REACHED: "·"}


def show(thing: Run | Simulation | Matrix, view: str = "sequence", *, detail: str = "overview") -> Exhibit:
    """A picture of a run, of a simulation that has ended, or of the outcome matrix.

    Args:
        thing: what to show.
        view: its name in :data:`simulator.views.named.VIEWS`: ``trust-graph``, ``ladder``,
            ``bytes:CertificateVerify:2``; the matrix has only the one.
        detail: ``overview``, ``messages`` or ``everything``.

    Raises:
        OutputError: there is no such view, detail or message.
        DecisionError: the simulation has not ended.
    """
    if isinstance(thing, Matrix):
        return exhibit(matrix_drawing(thing))
    found, argument = view_named(view)
    return exhibit(found.picture(thing.trace, detail, argument))


def beside(one: Run | Simulation, other: Run | Simulation, *, detail: str = "overview") -> Exhibit:
    """Two runs side by side: where they part, and what follows from it."""
    return exhibit(diff(one.trace, other.trace, detail=detail))


def card(run: Run | Simulation) -> Exhibit:
    """What the session is worth: the level taken apart."""
    made = run.trace.card
    return page(Lead(f"{level_name(made.level)}: {made.level.plain_words}"), Table(card_facts(made)))


def certificate(run: Run | Simulation, name: str) -> Exhibit:
    """A certificate of the scenario's world, opened.

    Raises:
        SimulatorError: the scenario has no certificate of that name.
    """
    held = {one.name: one.der for one in run.trace.setup.certificates}
    if name not in held:
        raise SimulatorError(
            "This scenario has no certificate of that name.", got=name, expected=", ".join(held)
        )
    words = certificate_words(held[name])
    rows = [(label, text) for label, text in words["facts"]]
    rows += [
        (f"{extension}, critical" if critical else extension, text)
        for extension, critical, text in words["extensions"]
    ]
    return page(Lead(f"The certificate {name}: {len(held[name])} bytes"), Table(rows))


def ledger(run: Run | Simulation, judge: str = "server") -> Exhibit:
    """Every check of a side's trust decision, in order, with what became of it.

    Args:
        run: a run.
        judge: ``server`` (it judged the client) or ``client``.

    Raises:
        SimulatorError: that side judged nobody in this run.
    """
    verdict = last_verdict(run.trace, judge)
    if verdict is None:
        raise SimulatorError(
            f"The {judge} judged nobody in this run.", advice="Was a certificate asked for, and did one come?"
        )
    rows = [
        (
            str(number),
            check.name,
            f"{MARKS[check.outcome]} {OUTCOME_WORDS[check.outcome]}",
            clean(check.sentence),
        )
        for number, check in enumerate(verdict.checks, start=1)
        if check.outcome is not Outcome.NOT_REACHED
    ]
    rest = [check.name for check in verdict.checks if check.outcome is Outcome.NOT_REACHED]
    if rest:
        missed = f"{MARKS[Outcome.NOT_REACHED]} {OUTCOME_WORDS[Outcome.NOT_REACHED]}"
        rows.append((f"{len(rows) + 1}…", plural(len(rest), "check"), missed, ", ".join(dict.fromkeys(rest))))
    decisive = verdict.decisive
    result = f"fails at {decisive.name}" if decisive else "no check fails"
    lead = Lead(f"The {judge} judges the {verdict.role}: {result}")
    return page(lead, Table(rows, ("", "check", "result", "in words")))


def conversation(run: Run | Simulation) -> Exhibit:
    """Every message in order: when, from whom, what, how large, and whether an onlooker could read it."""
    rows = []
    for event in run.trace.of(Sent, Alert):
        fact = event.fact
        if event.at < 0 or not isinstance(fact, Sent | Alert) or getattr(fact, "direction", "sent") != "sent":
            continue
        name = f"Alert: {fact.name}" if isinstance(fact, Alert) else fact.name
        readable = "in the clear" if fact.protection.value == "clear" else "encrypted"
        rows.append((moment(event.at), event.actor, clean(name), str(len(fact.raw)), readable))
    return page(Table(rows, ("when", "from", "message", "bytes", "on the wire")))


def tell(events: Iterable[Event]) -> Exhibit:
    """What happened, in a line for each event that a person would speak of."""
    told = (Sent, Alert, Checked, Decided, BeliefChanged, HandshakeReturned)
    rows = [(moment(event.at), event_words(event)) for event in events if isinstance(event.fact, told)]
    return page(Table(rows, ("when", "what happens"))) if rows else page("Nothing that can be seen.")


def choices(simulation: Simulation) -> Exhibit:
    """The decision that waits: whose it is, what can be chosen, and what the actor itself would choose."""
    pending = simulation.pending
    if pending is None:
        ended = "It has ended." if simulation.finished else "Say simulation.run() to go on."
        return page(Lead("Nobody waits for a decision."), ended)
    options = [
        (option, f"what the {pending.actor} itself would choose" if option == pending.choice else "")
        for option in pending.options
    ]
    return page(
        Lead(f"The {pending.actor} waits. {question(pending.name)}"), Choices(options), pending.reason
    )


def live(simulation: Simulation, **options: Any) -> LivePlayer:
    """A player in which the reader decides: where a decision waits, and again where one was taken.

    ``live(Simulation(scenario, interactive=["send-certificate"]))`` stops there and asks. Without
    ``interactive`` the actors decide, and the reader may go back to any decision and take it otherwise.

    Args:
        simulation: it is run on to the first decision that waits, or to its end.
        **options: ``detail`` and ``theme``, as :class:`simulator.views.widget.Player` takes them.

    Raises:
        PeerError: anywidget is not installed.
        OutputError: there is no such detail.
    """
    from simulator.views import widget

    return widget.live(simulation, **options)


def ways(scenario: Scenario, tls: TlsVersion = "1.3") -> Exhibit:
    """Every way a scenario can go: each choice at each decision, and the level that comes of it."""
    rows = []
    for branch in explore(scenario, tls):
        taken = "; ".join(f"{name}: {choice}" for _, name, choice in branch.choices)
        rows.append((level_name(branch.run.card.level), "by itself" if not branch.overruled else "", taken))
    return page(Table(rows, ("level", "", "choices")))


def levels(*runs: Run) -> Exhibit:
    """A line for each run: what it was, and what it was worth."""
    rows = [(level_name(run.card.level), f"TLS {run.tls}", run.scenario.name) for run in runs]
    return page(Table(rows, ("level", "version", "run")))


def explain(word: str) -> Exhibit:
    """A word of the glossary.

    Raises:
        UnknownWordError: there is none; the error names the nearest.
    """
    entry = look_up(word)
    more = [("see", ", ".join(entry.see)), ("source", entry.source)]
    rows = [(label, text) for label, text in more if text]
    return page(Lead(entry.term), entry.text, *([Table(rows)] if rows else []))
