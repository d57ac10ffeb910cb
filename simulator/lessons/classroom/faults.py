"""Find the fault: a program's error text is shown, the reader names the cause, and that fault is played.

What is printed was measured (``error_texts``). ``faults.toml`` says which text a round shows, and the faults
to choose from. The reply to a wrong cause shows what the same program would print for it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from simulator.error_texts.causes import causes
from simulator.error_texts.lookup import look_up
from simulator.error_texts.table import printed_by
from simulator.lessons.arguments import spelt, wrong_argument
from simulator.lessons.page import Choices, Code, Lead, Shown, page
from simulator.lessons.quiz.buttons import with_buttons
from simulator.lessons.quiz.question import LETTERS, Attempt
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import parse_assignment
from simulator.tls.wire.version import PEER
from simulator.trace.latest import last_verdict

if TYPE_CHECKING:
    from simulator.error_texts.causes import Cause
    from simulator.lessons.page import Block
    from simulator.runs.run import Run
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.views.drawing.notebook import Exhibit

TLS: TlsVersion = "1.3"  # every round: there the client's handshake call has returned when it is refused
HINTS = 3


@dataclass(frozen=True, repr=False)
class Fault(Shown):
    """A round: a text on the screen of one side, and the faults that may be behind it.

    Attributes:
        number: of the round, from 1.
        program: the program that printed the text.
        side: its side.
        cause: the fault that is behind it.
        candidates: the faults to choose from.
        situation: what else is known.
        other: the program on the other side, or empty if none was measured.
    """

    number: int
    program: str
    side: Side
    cause: str
    candidates: tuple[str, ...]
    situation: str
    other: str = ""

    @property
    def text(self) -> str:
        """The text that the program printed; ``…`` stands for what differs from run to run."""
        return printed(self.program, self.side, self.cause)

    @property
    def lettered(self) -> dict[str, str]:
        """The names of the candidates by their letters."""
        return dict(zip(LETTERS, self.candidates, strict=False))

    @property
    def options(self) -> tuple[str, ...]:
        """The names of the candidates."""
        return self.candidates

    @property
    def right(self) -> str:
        """The name of the fault that was played."""
        return self.cause

    @cached_property
    def attempt(self) -> Attempt:
        """The causes that were tried by button so far."""
        return Attempt(self)

    @property
    def shown(self) -> tuple[Block, ...]:
        """The program and its text, the situation, and the causes to choose from."""
        asked = [(letter, causes()[name].words) for letter, name in self.lettered.items()]
        return (*self._seen(), Choices(asked))

    def hint(self, number: int) -> Exhibit:
        """A hint, each says more than the one before.

        Args:
            number: 1: how far the text can be relied on. 2: what the other side prints. 3: what to look for
                there.

        Raises:
            ArgumentError: there is no such hint.
        """
        if number not in range(1, HINTS + 1):
            expected = f"a number from 1 to {HINTS}"
            raise wrong_argument("Unknown hint.", number, expected, "Write it as in .hint(1).")
        return page(*(self._trust_in_the_text, self._on_the_other_side, self._what_to_look_for)[number - 1]())

    def answer(self, cause: str) -> Exhibit:
        """Play the fault that is named, and compare what would be printed.

        Args:
            cause: its letter, or its name in the catalogue of causes; ``?`` for none yet.
        """
        chosen = self.lettered.get(str(cause).strip().upper(), spelt(cause))
        if chosen not in self.candidates:
            letters = ", ".join(list(self.lettered)[:-1])
            ask = f"Put {letters} or {list(self.lettered)[-1]} between the quotation marks."
            return page(
                Lead("Which fault is it?"), f"{ask} Stuck? .hint(1), then 2 and 3, say more each time."
            )
        return page(*(self.reply() if chosen == self.cause else self.objection(chosen)))

    def objection(self, chosen: str) -> tuple[Block, ...]:
        """The outcome of a run with another fault, and the text that this program would print then."""
        run, words = played(chosen), causes()[chosen].words
        would = printed(self.program, self.side, chosen)
        if would == self.text:
            same = "The text is the same: this side alone cannot tell the two apart. Read what else is known."
            return Lead(f"Not this one: {words}"), _happened(run), same
        blocks: tuple[Block, ...] = Lead(f"Not this one: {words}"), _happened(run)
        return (*blocks, f"{self.program} would print:", Code(would)) if would else blocks

    def reply(self) -> tuple[Block, ...]:
        """The outcome of the run with the fault, the remedy, and the command that plays it."""
        cause = causes()[self.cause]
        return (
            Lead(f"Found. {cause.words}"),
            _happened(played(self.cause)),
            f"What helps: {cause.remedy}",
            Code(cause.command),
        )

    def explained(self) -> Exhibit:
        """The fault and its reason, for a class."""
        return page(*self.reply())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the round with a button for each cause, and as a page for a notebook without anywidget."""
        options = [(letter, causes()[name].words) for letter, name in self.lettered.items()]
        still = super()._repr_mimebundle_(include, exclude)
        return with_buttons(still, "The fault:", options, self._pressed, above=page(*self._seen()).html)

    def _pressed(self, letter: str) -> tuple[str, dict[str, str]]:
        """The reply to a button as HTML, and the mark of every button pressed so far."""
        reply = page(*self.attempt.answer(self.lettered[letter])).html
        marks = self.attempt.marks
        return reply, {one: marks[name] for one, name in self.lettered.items() if name in marks}

    def _seen(self) -> tuple[Block, ...]:
        return (
            Lead(f"Round {self.number}: {self.program}, on the side of the {self.side}, prints"),
            Code(self.text),
            self.situation,
        )

    def _trust_in_the_text(self) -> tuple[Block, ...]:
        """The warnings that are known of this text, or what it is worth without one."""
        found = look_up(self.text, self.side)
        alert = found.alert
        worth = (
            f"It names the alert {alert.rfc_name}: the {PEER[self.side]} sent it, so it refused."
            if alert
            else "No alert is in this text. If there is a reason in it, this side found it itself."
        )
        return (Lead("How far this text can be relied on"), worth, *(one.words for one in found.cautions))

    def _on_the_other_side(self) -> tuple[Block, ...]:
        side = PEER[self.side]
        if not self.other:
            return Lead(f"No text of the {side} was measured for this fault."), _happened(played(self.cause))
        there = printed(self.other, side, self.cause)
        return Lead(f"Meanwhile {self.other}, on the side of the {side}, prints"), Code(there)

    def _what_to_look_for(self) -> tuple[Block, ...]:
        cause: Cause = causes()[self.cause]
        words = cause.at_server if self.side == "client" else cause.at_client
        return Lead(f"What to look for on the side of the {PEER[self.side]}"), words


def printed(program: str, side: Side, cause: str) -> str:
    """The text that a program prints for a fault, or empty."""
    return printed_by(program, side, cause, TLS)


@cache
def played(cause: str) -> Run:
    """The run with a fault, by the fault's name."""
    found = causes()[cause]
    changes = dict(map(parse_assignment, found.settings))
    scenario = catalogue[found.scenario]
    return simulate(scenario.but(changes) if changes else scenario, TLS)


def _happened(run: Run) -> str:
    """A sentence on a refusal: by which side, with which alert, for which reason."""
    outcome = run.outcome
    assert outcome.alert is not None
    verdict = last_verdict(run.trace.events, outcome.alert.sender)
    decisive = verdict.decisive if verdict else None
    why = f" {decisive.sentence}" if decisive else ""
    return f"Played with this fault, the {outcome.alert.sender} refuses and sends {outcome.alert.name}.{why}"


@cache
def rounds() -> tuple[Fault, ...]:
    """Every round, in order."""
    tables = tomllib.loads(files(__package__).joinpath("faults.toml").read_text(encoding="utf-8"))["round"]
    return tuple(
        Fault(number, **table | {"candidates": tuple(table["candidates"])})
        for number, table in enumerate(tables, start=1)
    )


def fault(number: int | str) -> Fault:
    """The round of this number.

    Raises:
        ArgumentError: unknown number.
    """
    known = {str(one.number): one for one in rounds()}
    asked = spelt(number)
    if asked in known:
        return known[asked]
    expected = f"a number from 1 to {len(known)}"
    raise wrong_argument("Unknown round.", number, expected, "Write it as in fault(1).")
