"""The lines of a text diagram: what Mermaid and PlantUML both say, before either says it.

A line is a band (a step begins), a flight (an arrow), or a note beside a lane. The words are clean
and wrapped; markup is left to the two languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.cells import shorten, wrap_cells
from simulator.views.drawing.style import ESSENTIAL, detail_named
from simulator.views.story.beat_kinds import Band, Belief, CallReturned, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import selection
from simulator.views.story.essence import TITLES, beliefs_words, essence, grounds_words
from simulator.views.story.lanes import lane_words, names_of, reading_notes, run_title, under_title
from simulator.views.story.reading import gap_words
from simulator.views.story.words import OUTCOME_MARKS, card_facts, clean, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail
    from simulator.views.story.beat_kinds import Beat

COLUMNS = 56
MOST_TITLE = 110
MOST_LINES = 4
MOST_LINES_OF_MANY = 2  # at detail everything: PlantUML draws 8,192 pixels and no more
LEDGER_LINES = 8  # what a group of checks may fill: no name of a check is cut off

Kind = Literal["decision", "refusal", "belief", "returned", "fact", "state", "gap"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A lane: its key in the diagram, its name, its role, and what it has."""

    key: str
    title: str
    role: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Words over a lane."""

    lane: str
    kind: Kind
    lines: tuple[str, ...]


Line = Band | Flight | Note


def paragraph(text: str, most: int = MOST_LINES, columns: int = COLUMNS) -> tuple[str, ...]:
    """The text in at most ``most`` lines; the last one is shortened if it must be."""
    lines = wrap_cells(text, columns)
    if len(lines) > most:
        lines = [*lines[: most - 1], shorten(" ".join(lines[most - 1 : most + 1]), columns)]
    return tuple(line for line in lines if line)


def title_words(trace: Trace) -> str:
    """The scenario's title, shortened."""
    return shorten(run_title(trace.setup), MOST_TITLE)


def run_words(trace: Trace) -> tuple[str, ...]:
    """The run in one line, and a note on reading it, if there is one."""
    run = shorten(clean(under_title(trace)), 2 * MOST_TITLE)
    return tuple(filter(None, (run, reading_notes(trace.setup))))


def band_words(band: Band) -> str:
    """The heading of a step."""
    return f"{band.step.numbered(band.number, ' · ')} ({band.when})"


def worth(trace: Trace, detail: str) -> tuple[str, ...]:
    """The level that came out, and the card; of the essence, how each side came to what it believes."""
    if detail == ESSENTIAL:
        told = essence(trace)
        beliefs = (f"{title}: {beliefs_words(told, side)}" for side, title in TITLES.items())
        return (f"{told.result[0]}: {told.result[1]}", *beliefs)
    level = trace.card.level
    head = f"What the session is worth: {level_name(level)} ({level.plain_words})"
    facts = card_facts(trace.card, names_of(trace.setup).shown)
    return (head, *(shorten(f"{label}: {answer}", MOST_TITLE) for label, answer in facts))


def participants(trace: Trace, detail: str) -> dict[str, Participant]:
    """The lanes from left to right, by their name in the trace; of the essence, client and server."""
    names, cards = names_of(trace.setup), essence(trace).cards if detail == ESSENTIAL else {}

    def said(actor: ActorSetup) -> tuple[str, ...]:
        return (cards[actor.name],) if cards else lane_words(actor, trace.setup)

    return {
        actor.name: Participant(
            f"P{place}",
            shorten(names.title(actor.name), COLUMNS),
            actor.role,
            tuple(line for words in said(actor) for line in paragraph(words, 2, 34)),
        )
        for place, actor in enumerate(trace.setup.actors, start=1)
        if not cards or actor.name in cards
    }


def outline(trace: Trace, detail: str = "messages") -> Iterator[Line]:
    """The lines of a run in their order.

    Args:
        trace: what happened.
        detail: ``essential``, ``overview`` (flights and choices), ``messages``, or ``everything`` (states
            and every line of the ledgers).

    Raises:
        OutputError: there is no such detail.
    """
    return (line for _, line in numbered_outline(trace, detail, participants(trace, detail)))


def numbered_outline(trace: Trace, detail: str, known: dict[str, Participant]) -> Iterator[tuple[int, Line]]:
    """The same lines, each with the number of the event that it stands for.

    Args:
        trace: one connection.
        detail: as above.
        known: the lanes; what happens on another one is left out.
    """
    level = detail_named(detail)
    if detail == ESSENTIAL:
        for row in essence(trace).rows:
            if isinstance(row, Flight):
                yield row.event.seq, row
            else:
                kind: Kind = "refusal" if row.refuses else "decision"
                yield row.event.seq, Note(known[row.event.actor].key, kind, paragraph(grounds_words(row)))
        return
    for beat in selection(trace, level):
        if isinstance(beat, Band):
            yield beat.event.seq, beat
        elif isinstance(beat, Flight):
            if {beat.event.actor, beat.receiver} <= known.keys():
                yield beat.event.seq, beat
        elif not (isinstance(beat, Remark) and beat.kind == "reading"):  # where an arrow ends says it, too
            for note in _notes(beat, known, level):
                yield beat.event.seq, note


def flight_lines(beat: Flight) -> tuple[str, ...]:
    """The words on an arrow: names with size and keys first, then what matters in it."""
    small = ", ".join(filter(None, (beat.small, "never read" if beat.lost else "")))
    fields = (line for field in beat.fields for line in paragraph(field, 3))
    return (*paragraph(beat.name, 3), *(paragraph(f"({small})", 2) if small else ()), *fields)


def _notes(beat: Beat, known: dict[str, Participant], detail: Detail) -> Iterator[Note]:
    lane = known.get(beat.lane if isinstance(beat, Remark) else beat.event.actor)
    if lane is None:  # the world has none
        return
    kind, texts = _words(beat)
    columns = 24 if isinstance(beat, Remark) and beat.kind == "idle" else COLUMNS
    many = detail == "everything" and len(texts) > MOST_LINES
    lines: list[str] = []
    for text in texts:
        group = detail == "messages" and text[:1] in OUTCOME_MARKS.values()
        lines += paragraph(
            text, LEDGER_LINES if group else MOST_LINES_OF_MANY if many else MOST_LINES, columns
        )
    yield Note(lane.key, kind, tuple(lines))
    if isinstance(beat, Belief) and beat.gap:
        yield Note(lane.key, "gap", paragraph(gap_words(beat.gap)))


def _words(beat: Beat) -> tuple[Kind, list[str]]:
    match beat:
        case Ledger():
            return "refusal" if beat.decisive else "decision", [beat.title, *_ledger(beat)]
        case Decision():
            parts = [text for part in beat.grounds for text in _ledger(part)]
            choice = f"→ {beat.choice}{beat.instead}" if beat.choice else ""
            texts = [beat.question, *parts, choice, beat.reason]
            return "refusal" if beat.refuses else "decision", [text for text in texts if text]
        case Belief():
            return "belief", [beat.headline, *([beat.reason] if beat.reason else [])]
        case CallReturned():
            return "returned", [beat.words[0].upper() + beat.words[1:]]
        case Remark(kind="state"):
            return "state", [beat.words]
        case Remark():
            return "fact", [beat.words]
        case _:
            return "fact", [beat.headline]


def _ledger(ledger: Ledger) -> list[str]:
    """The certificate, the outcome of the checks, and the decisive check."""
    lines = (*((ledger.result,) if ledger.result else ()), *ledger.lines)
    texts = [f"{OUTCOME_MARKS[outcome]} {words}" for outcome, words in lines]
    if ledger.decisive:
        name, sentence, evidence = ledger.decisive
        texts += [f"{OUTCOME_MARKS[CheckOutcome.FAIL]} {name}. {sentence}", evidence]
    return [text for text in texts if text]
