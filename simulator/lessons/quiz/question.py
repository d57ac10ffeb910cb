"""A question of the quiz: a run to predict, and options that claim something about it.

The right option is not written down: the scenario is played, and the claims are compared with the run. A
question in which not exactly one option holds is refused with an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from simulator.errors import SimulatorError
from simulator.lessons.commands import run_command
from simulator.lessons.facts.facts import Claim, fact, holds, said
from simulator.lessons.page import Choices, Code, Lead, Shown, Table, page
from simulator.lessons.quiz.buttons import with_buttons
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.traces import evidence
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.lessons.page import Block
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.views.drawing.notebook import Exhibit

LETTERS = "ABCDEF"
TRIES = 2  # wrong answers before the right one is shown: a third would be guessing among what is left


class QuestionError(SimulatorError):
    """A question cannot be asked: its file has a mistake, or not exactly one option holds."""


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer.

    Attributes:
        text: what the learner reads.
        claim: the facts that it claims.
        misconception: the number of the misconception behind it, as ``M1``; empty for none.
        why: a reason of its own why it is wrong, in place of the misconception's truth, or why it is right.
    """

    text: str
    claim: Claim
    misconception: str = ""
    why: str = ""


@dataclass(frozen=True, repr=False)
class Question(Shown):
    """Something to predict, and the run that answers it.

    Attributes:
        name: its name in the file.
        ask: the question.
        options: the possible answers; exactly one holds.
        scenario: the scenario that is played: its name in the catalogue, or the path of its file.
        tls: the version.
        changes: changes of the scenario, as dotted paths with values.
        file: the file that holds it, for errors; empty for the built-in quiz.
        title: its line in a list; empty for the question itself.
        connection: the number of the connection that it is about, from 1; 0 for the whole run.
    """

    name: str
    ask: str
    options: tuple[Option, ...]
    scenario: str
    tls: TlsVersion
    changes: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    title: str = ""
    connection: int = 0

    @cached_property
    def played(self) -> Run:
        """The whole run; it is played on first use.

        Raises:
            QuestionError: it cannot be played.
        """
        try:
            scenario = load(self.scenario)
            return simulate(scenario.but(self.changes) if self.changes else scenario, self.tls)
        except SimulatorError as error:
            raise QuestionError(
                f"{where(self.file, self.name)}: the run cannot be played. {error}"
            ) from error

    @cached_property
    def run(self) -> Run:
        """The run that answers it: the connection that it is about, or the whole.

        Raises:
            QuestionError: it cannot be played, or has no such connection.
        """
        try:
            return self.played.connection(self.connection) if self.connection else self.played
        except SimulatorError as error:
            raise QuestionError(f"{where(self.file, self.name)}: {error}") from error

    @cached_property
    def attempt(self) -> Attempt:
        """The letters that were tried so far."""
        return Attempt(self)

    @property
    def lettered(self) -> dict[str, Option]:
        """The options by their letters."""
        return dict(zip(LETTERS, self.options, strict=False))

    @cached_property
    def right(self) -> str:
        """The letter of the option whose claim holds in the run.

        Raises:
            QuestionError: none holds, or more than one.
        """
        trace = self.run.trace
        letters = [letter for letter, option in self.lettered.items() if holds(option.claim, trace)]
        if len(letters) == 1:
            return letters[0]
        shows = f"a run of which this is so: {self._facts(self.options).rstrip('.')}"
        message = f"{where(self.file, self.name)}: {'more than one' if letters else 'no'} option holds."
        expected = "exactly one option whose claim is what the run shows"
        advice = f"Change what the options claim, or the scenario. See the run: {self.command}"
        raise QuestionError(message, got=" and ".join(letters) or shows, expected=expected, advice=advice)

    @property
    def command(self) -> str:
        """The command line that plays the same run."""
        base, played = load(self.scenario), self.played.scenario
        return run_command(self.scenario, base, played, self.tls, self.connection)

    def letter(self, answer: object) -> str:
        """The letter of the option that an answer names; empty if it names none."""
        chosen = str(answer).strip().upper()
        return chosen if chosen in self.lettered else ""

    def answer(self, letter: str) -> Exhibit:
        """Judge an answer. A wrong one gets its reason and a second try; then the right one is shown.

        Args:
            letter: the letter of an option; ``?`` for none yet.

        Raises:
            QuestionError: not exactly one option holds.
        """
        chosen = self.letter(letter)
        if not chosen:
            advice = 'Put the letter between the quotation marks, as in .answer("A"), and run the cell again.'
            return page(Lead(self.which), advice)
        blocks = self.attempt.answer(chosen)
        again = "Try once more: put another letter between the quotation marks, and run the cell again."
        return page(*blocks, "" if self.attempt.ended else again)

    def reply(self) -> tuple[Block, ...]:
        """The right option, why it is right, and what the run shows, as the blocks of a page."""
        option = self.lettered[self.right]
        return Lead(f"{self.right} is right."), option.text, option.why or self._rule(), *self._shown(option)

    def objection(self, chosen: str) -> tuple[Block, ...]:
        """The reply to a wrong letter: the reason, and nothing about the run."""
        return Lead(f"{chosen} is not what happens."), self._reason(self.lettered[chosen])

    def reasons(self) -> tuple[tuple[str, str], ...]:
        """The letter of every option, and why it is right or wrong; the reason may be empty.

        Raises:
            QuestionError: not exactly one option holds.
        """
        return tuple(
            (letter, option.why or self._rule() if letter == self.right else self._reason(option))
            for letter, option in self.lettered.items()
        )

    def explained(self) -> Exhibit:
        """The answer for a class that has voted: the right letter, and the reason against every other.

        No reason is repeated: options that are wrong for the same reason share a row, and the reason of the
        right one is left out if it is among these.

        Raises:
            QuestionError: not exactly one option holds.
        """
        reasons = dict(self.reasons())
        because = reasons.pop(self.right)
        letters: dict[str, list[str]] = {}
        for letter, words in reasons.items():
            letters.setdefault(words, []).append(letter)
        rows = [(f"not {' or '.join(some)}", words) for words, some in letters.items() if words]
        return page(
            Lead(f"{self.right} is right."),
            "" if because in letters else because,
            Table(rows) if rows else "",
            *self._shown(self.lettered[self.right]),
        )

    @property
    def which(self) -> str:
        """The request to choose."""
        letters = list(self.lettered)
        return f"Which is it: {', '.join(letters[:-1])} or {letters[-1]}?"

    def _rule(self) -> str:
        """The truth behind the first misconception among the options; empty if there is none."""
        believed = (option.misconception for option in self.options if option.misconception)
        first = next(believed, "")
        return misconceptions()[first].truth if first else ""

    def _reason(self, option: Option) -> str:
        """The reason against an option."""
        if option.why or not option.misconception:
            return option.why
        return misconceptions()[option.misconception].truth

    def _shown(self, option: Option) -> tuple[str | Code, ...]:
        """Every claimed fact as the run shows it, and the command to see it."""
        return self.shown_by_run(option), Code(self.command)

    def shown_by_run(self, *first: Option) -> str:
        """Every claimed fact as the run shows it; those of some options come first."""
        return f"The run shows: {self._facts((*first, *self.options))} {evidence(self.run.trace)}".strip()

    def _facts(self, options: tuple[Option, ...]) -> str:
        """The facts that these options claim, as the run shows them: a sentence for each fact."""
        trace = self.run.trace
        claimed = dict.fromkeys(name for option in options for name in option.claim)
        return " ".join(dict.fromkeys(said(name, fact(trace, name)) for name in claimed))

    @property
    def shown(self) -> tuple[Block, ...]:
        """The question and its options, as the blocks of a page."""
        return Lead(self.ask), Choices([(letter, option.text) for letter, option in self.lettered.items()])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the question as buttons, and as a page for a notebook without anywidget."""
        options = [(letter, option.text) for letter, option in self.lettered.items()]
        return with_buttons(super()._repr_mimebundle_(include, exclude), self.ask, options, self._judged)

    def _judged(self, letter: str) -> tuple[str, dict[str, str]]:
        """The reply to a pressed letter as HTML, and the mark of every letter tried so far."""
        try:
            reply = page(*self.attempt.answer(letter)).html
        except SimulatorError as error:  # a callback of a widget shows no traceback
            return page(Lead("This question has a mistake."), str(error)).html, {}
        return reply, self.attempt.marks


class Asked(Protocol):
    """Something with one right option: a question of the quiz, or a case of a notebook."""

    @property
    def right(self) -> str:
        """The right option."""

    @property
    def options(self) -> Sequence[object]:
        """All options."""

    def objection(self, chosen: str) -> tuple[Block, ...]:
        """The reply to a wrong option."""

    def reply(self) -> tuple[Block, ...]:
        """The right option and its reasons."""


class Attempt:
    """A reader's tries at a question: wrong options get their reasons, then the right one is shown."""

    def __init__(self, question: Asked) -> None:
        self.question = question
        self.tried: list[str] = []

    @property
    def ended(self) -> bool:
        """True if the right letter was tried, or shown after wrong ones."""
        tries = min(TRIES, len(self.question.options) - 1)  # of two options the other one is no try
        return self.question.right in self.tried or len(self.tried) >= tries

    @property
    def marks(self) -> dict[str, str]:
        """``right`` or ``wrong`` by letter: those that were tried, and the right one if it was shown."""
        right = self.question.right
        shown = [*self.tried, right] if self.ended else self.tried
        return {letter: "right" if letter == right else "wrong" for letter in shown}

    def answer(self, letter: str) -> tuple[Block, ...]:
        """The reply to a letter of an option, as the blocks of a page.

        Raises:
            QuestionError: not exactly one option holds.
        """
        question = self.question
        objection = () if letter == question.right else question.objection(letter)
        if letter not in self.tried:
            self.tried.append(letter)
        return (*objection, *question.reply()) if self.ended else objection


def where(file: str, name: str) -> str:
    """The place of a question: the beginning of an error."""
    return f"{file or 'The quiz'}, question {name!r}"
