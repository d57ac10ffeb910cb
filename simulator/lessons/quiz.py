"""A quiz whose questions are scenarios and whose answers are computed.

A question names a run. Each of its options claims something about that run. Which option is right nobody has
written down: the scenario is played, and the claims are held against what happened. Wrong options are what
people often believe (:mod:`simulator.lessons.misconceptions`), so a wrong answer gets its reason and the run
that shows it. ``questions.toml`` holds them all.

    >>> from simulator.lessons.quiz import ask
    >>> question = ask("thief")
    >>> question                 # shows what is asked
    >>> question.answer("B")     # right or wrong, and why
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from shlex import quote
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from simulator.errors import SimulatorError
from simulator.lessons.facts import Claim, fact, holds, said
from simulator.lessons.misconceptions import misconceptions
from simulator.lessons.page import Choices, Code, Lead, page
from simulator.lessons.traces import evidence
from simulator.run import simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.run import Run
    from simulator.scenario import TlsVersion
    from simulator.views.notebook import Exhibit

LETTERS = "ABCDEF"


class UnknownQuestionError(SimulatorError):
    """The quiz has no such question."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer on offer.

    Attributes:
        text: what the learner reads.
        claim: the facts that would have to be so.
        misconception: the number of the mistake behind it, ``M1``; empty for none.
        why: what is wrong with it, where the misconception does not say that.
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
        scenario: the catalogue scenario that is played.
        tls: the version.
        changes: what is changed in the scenario, as dotted paths.
    """

    name: str
    ask: str
    options: tuple[Option, ...]
    scenario: str
    tls: TlsVersion
    changes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def run(self) -> Run:
        """The run that answers it; played when somebody asks."""
        run = simulate(self.scenario, self.tls)
        return run.but(self.changes) if self.changes else run

    @property
    def right(self) -> str:
        """The letter of the option whose claim holds; found by playing."""
        trace = self.run.trace
        return next(
            letter
            for letter, option in zip(LETTERS, self.options, strict=False)
            if holds(option.claim, trace)
        )

    @property
    def command(self) -> str:
        """The command line that tells the same run."""
        words = ["clientauth run", self.scenario]
        words += [f"--set {_assignment(path, value)}" for path, value in self.changes.items()]
        return " ".join([*words, "--tls", self.tls])

    def answer(self, letter: str) -> Exhibit:
        """Say whether an answer is right, why, and which run shows it.

        Args:
            letter: the letter of an option; ``?`` where the learner has not chosen yet.
        """
        chosen = str(letter).strip().upper()
        letters = LETTERS[: len(self.options)]
        if len(chosen) != 1 or chosen not in letters:
            advice = 'Put the letter between the quotation marks, as in .answer("A"), and run the cell again.'
            return page(Lead(f"Which is it: {', '.join(letters[:-1])} or {letters[-1]}?"), advice)
        option = self.options[letters.index(chosen)]
        if holds(option.claim, self.run.trace):
            because = option.why or self._rule()
            return page(Lead(f"{chosen} is right."), option.text, because, *self._shown(option))
        lead = Lead(f"{chosen} is not what happens.")
        return page(lead, self._reason(option), *self._shown(option))

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
        trace = self.run.trace
        claimed = dict.fromkeys(name for one in (option, *self.options) for name in one.claim)
        told = "; ".join(said(name, fact(trace, name)) for name in claimed)
        return f"The run shows: {told}. {evidence(trace)}".strip(), Code(self.command)

    def _shown_itself(self) -> Exhibit:
        marks = zip(LETTERS, (option.text for option in self.options), strict=False)
        return page(Lead(self.ask), Choices(tuple(marks)))

    def __repr__(self) -> str:
        return self._shown_itself().text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's signature
        """How a notebook shows it."""
        return self._shown_itself().bundle()


@cache
def questions() -> Mapping[str, Question]:
    """Every question by its name, in the order of the notebooks."""
    text = files(__package__).joinpath("questions.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: question_from(name, table) for name, table in tomllib.loads(text).items()})


def ask(name: str) -> Question:
    """The question of that name.

    Raises:
        UnknownQuestionError: there is none; the error names the nearest.
    """
    if name in questions():
        return questions()[name]
    near = get_close_matches(name, questions(), n=3, cutoff=0.5)
    raise UnknownQuestionError(
        "The quiz has no such question.", got=repr(name), expected=" or ".join(near) or ", ".join(questions())
    )


def question_from(name: str, table: Mapping[str, Any]) -> Question:
    """A question as its table in the file says it."""
    options = tuple(
        Option(one["text"], one["holds"], one.get("misconception", ""), one.get("why", ""))
        for one in table["options"]
    )
    tls = cast("TlsVersion", table.get("tls", "1.3"))
    return Question(name, table["ask"], options, table["scenario"], tls, table.get("set", {}))


def _assignment(path: str, value: Any) -> str:
    """A change as ``--set`` reads it, safe in a shell."""
    if isinstance(value, list):
        value = ",".join(value)
    elif isinstance(value, dict):
        value = "{" + ", ".join(f'"{key}" = "{text}"' for key, text in value.items()) + "}"
    return quote(f"{path}={str(value).lower() if isinstance(value, bool) else value}")
