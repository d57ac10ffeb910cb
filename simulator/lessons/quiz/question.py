"""A question of the quiz: a run to predict, and options that claim something about it.

Which option is right nobody has written down: the scenario is played, and the claims are held against what
happened. A question of which not exactly one option holds is no question, and says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError
from simulator.lessons.facts.facts import Claim, fact, holds, said
from simulator.lessons.page import Choices, Code, Lead, Table, page
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.traces import evidence
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import load
from simulator.scenario.changes import differences, plain_value
from simulator.scenario.mistake import written_path
from simulator.scenario.words import write_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.lessons.page import Block
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.views.notebook import Exhibit

LETTERS = "ABCDEF"


class QuestionError(SimulatorError):
    """A question is not one: its file has a mistake, or not exactly one of its options holds."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer on offer.

    Attributes:
        text: what the learner reads.
        claim: the facts that would have to be so.
        misconception: the number of the mistake behind it, ``M1``; empty for none.
        why: what is wrong with it, where the misconception does not say that; or why it is right.
    """

    text: str
    claim: Claim
    misconception: str = ""
    why: str = ""


@dataclass(frozen=True)
class Question:
    """Something to predict, and the run that answers it.

    Attributes:
        name: its name in the file.
        ask: the question.
        options: the answers on offer; exactly one of them holds.
        scenario: the scenario that is played: a name of the catalogue, or the path of a file.
        tls: the version.
        changes: what is changed in the scenario, as dotted paths.
        file: the file it stands in, for errors; empty for the quiz that comes with the simulator.
    """

    name: str
    ask: str
    options: tuple[Option, ...]
    scenario: str
    tls: TlsVersion
    changes: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    @cached_property
    def run(self) -> Run:
        """The run that answers it; played when somebody asks.

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
    def right(self) -> str:
        """The letter of the option whose claim holds; found by playing.

        Raises:
            QuestionError: none holds, or more than one.
        """
        trace = self.run.trace
        letters = [
            letter
            for letter, option in zip(LETTERS, self.options, strict=False)
            if holds(option.claim, trace)
        ]
        if len(letters) == 1:
            return letters[0]
        raise QuestionError(
            f"{where(self.file, self.name)}: {'more than one' if letters else 'no'} option holds.",
            got=" and ".join(letters)
            or f"a run of which this is so: {self._facts(self.options).rstrip('.')}",
            expected="exactly one option whose claim is what the run shows",
            advice=f"Change what the options claim, or the scenario. See the run: {self.command}",
        )

    @property
    def command(self) -> str:
        """The command line that tells the same run."""
        words = ["clientauth run", quote(self.scenario)]
        for path, value in differences(load(self.scenario), self.run.scenario):
            words.append(f"--set {_assignment(written_path(path), plain_value(path, value))}")
        return " ".join([*words, "--tls", self.tls])

    def letter(self, answer: object) -> str:
        """The option that an answer names, as its letter; empty where it names none."""
        chosen = str(answer).strip().upper()
        return chosen if len(chosen) == 1 and chosen in LETTERS[: len(self.options)] else ""

    def answer(self, letter: str) -> Exhibit:
        """Say whether an answer is right, why, and which run shows it.

        Args:
            letter: the letter of an option; ``?`` where the learner has not chosen yet.

        Raises:
            QuestionError: not exactly one option holds.
        """
        chosen = self.letter(letter)
        if not chosen:
            advice = 'Put the letter between the quotation marks, as in .answer("A"), and run the cell again.'
            return page(Lead(self.which), advice)
        return page(*self.reply(chosen))

    def reply(self, chosen: str) -> tuple[Block, ...]:
        """What is said to a letter, as the blocks of a page."""
        option = self.options[LETTERS.index(chosen)]
        if chosen == self.right:
            because = option.why or self._rule()
            return (Lead(f"{chosen} is right."), option.text, because, *self._shown(option))
        return (*self.objection(chosen), *self._shown(option))

    def objection(self, chosen: str) -> tuple[Block, ...]:
        """What is said to a wrong letter while another may be tried: why not, and nothing of the run."""
        return Lead(f"{chosen} is not what happens."), self._reason(self.options[LETTERS.index(chosen)])

    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Every option's letter, and why it is right or wrong; empty words where nothing need be said.

        Raises:
            QuestionError: not exactly one option holds.
        """
        told = []
        for letter, option in zip(LETTERS, self.options, strict=False):
            words = option.why or self._rule() if letter == self.right else self._reason(option)
            told.append((letter, words))
        return tuple(told)

    def explained(self) -> Exhibit:
        """The answer for a class that has voted: the right letter, and of every other one why it is not.

        No reason stands there twice: options that are wrong for one reason share it, and the right one has
        words of its own only where they say something else.

        Raises:
            QuestionError: not exactly one option holds.
        """
        reasons = dict(self.reasons())
        because = reasons.pop(self.right)
        letters: dict[str, list[str]] = {}
        for letter, words in reasons.items():
            letters.setdefault(words, []).append(letter)
        rows = [(f"not {' or '.join(some)}", words) for words, some in letters.items() if words]
        option = self.options[LETTERS.index(self.right)]
        return page(
            Lead(f"{self.right} is right."),
            "" if because in letters else because,
            Table(rows) if rows else "",
            *self._shown(option),
        )

    @property
    def which(self) -> str:
        """The request to choose."""
        letters = LETTERS[: len(self.options)]
        return f"Which is it: {', '.join(letters[:-1])} or {letters[-1]}?"

    def _rule(self) -> str:
        """What is so, where some option is what people wrongly believe; empty where none is."""
        believed = (option.misconception for option in self.options if option.misconception)
        first = next(believed, "")
        return misconceptions()[first].truth if first else ""

    def _reason(self, option: Option) -> str:
        """What is wrong with an option."""
        if option.why or not option.misconception:
            return option.why
        return misconceptions()[option.misconception].truth

    def _shown(self, option: Option) -> tuple[str | Code, ...]:
        """What the run shows of all that was claimed, and how to see it."""
        told = self._facts((option, *self.options))
        return f"The run shows: {told} {evidence(self.run.trace)}".strip(), Code(self.command)

    def _facts(self, options: tuple[Option, ...]) -> str:
        """What the run shows of what these options claim: a sentence for each fact, none of them twice."""
        trace = self.run.trace
        claimed = dict.fromkeys(name for option in options for name in option.claim)
        return " ".join(dict.fromkeys(said(name, fact(trace, name)) for name in claimed))

    @property
    def shown(self) -> tuple[Block, ...]:
        """The question and its options as the blocks of a page, with nothing that gives the answer away."""
        marks = zip(LETTERS, (option.text for option in self.options), strict=False)
        return Lead(self.ask), Choices(tuple(marks))

    def __repr__(self) -> str:
        return page(*self.shown).text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's signature
        """How a notebook shows it."""
        return page(*self.shown).bundle()


def where(file: str, name: str) -> str:
    """The place of a question, as an error begins."""
    return f"{file or 'The quiz'}, question {name!r}"


def _assignment(path: str, value: Any) -> str:
    """A setting as ``--set`` reads it, safe in a shell."""
    written = str(value)
    if isinstance(value, bool):
        written = written.lower()
    elif isinstance(value, datetime):
        written = write_time(value)
    elif isinstance(value, list):
        written = f"[{', '.join(map(json.dumps, value))}]"
    elif isinstance(value, dict):
        written = f"{{{', '.join(f'{json.dumps(key)} = {json.dumps(text)}' for key, text in value.items())}}}"
    return quote(f"{path}={written}")
