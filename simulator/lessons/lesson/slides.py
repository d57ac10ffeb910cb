"""The slides: a section of the page for each, the presenter's notes on it, and the runs of its player."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from simulator.lessons.classroom.case_sheet import case_row
from simulator.lessons.classroom.puzzle import case
from simulator.lessons.classroom.tables import FIRST_LINES
from simulator.lessons.lesson.plan import asked, parts, played
from simulator.lessons.lesson.rows import beside
from simulator.lessons.lesson.steps import stepped
from simulator.lessons.site.frame import Looks, link, listed
from simulator.lessons.traces import checks_of, client_chain
from simulator.tls.wire.version import SIDES
from simulator.trace.compare import first_divergence
from simulator.trace.facts import Checked, HandshakeReturned
from simulator.trust.vocabulary import CheckName
from simulator.views.drawing.style import ESSENTIAL
from simulator.views.pictures.essential import essential_frames
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.lanes import names_of, run_name
from simulator.views.story.words import clean
from simulator.views.view_table import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.lessons.lesson.plan import LessonPart
    from simulator.lessons.quiz.question import Question
    from simulator.trace.trace import Trace

#: The events at which a player can open: the side's last of this kind.
MOMENTS = {"judged": ("server", Checked), "returned": ("client", HandshakeReturned)}
PARTING = "parting"  # the moment at which two runs part
NOTES = {"do": "Do", "ask": "Ask", "expect": "Expect", "say": "Say"}


@dataclass(frozen=True, slots=True)
class SlideContents:
    """The contents of a slide.

    Attributes:
        name: its name in a list of slides.
        body: its markup.
        steps: the names of what appears in it, one after the other; a slide that is whole at once has none.
        key: what the presenter alone sees besides the notes: rows of a word and a text.
    """

    name: str
    body: str
    steps: tuple[str, ...] = ()
    key: tuple[tuple[str, str], ...] = ()


@dataclass
class Deck:
    """The slides of the lesson, made one after the other.

    Attributes:
        looks: the looks of their pictures.
        slides: the sections of the page.
        notes: what the presenter sees beside each.
        runs: the runs of the players, by the names of their pages.
    """

    looks: Looks = field(default_factory=Looks)
    slides: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: dict[str, tuple[Trace, ...]] = field(default_factory=dict)

    def fill(self, length: str) -> Deck:
        """Add every slide of a lesson of this length."""
        for part in parts(length):
            for table in part.slides:
                below = table.get("below", "").format(minutes=length)
                self._add(part, {**table, "below": below})
        return self

    def _add(self, part: LessonPart, table: dict[str, Any]) -> None:
        number = len(self.slides) + 1
        kinds: dict[str, Callable[[dict[str, Any]], SlideContents]] = {
            "question": _question,
            "judges": _judges,
            "cases": _cases,
            "vote": lambda table: vote(asked(table)),
            "picture": self._picture,
            "player": self._player,
            "beside": _beside,
            "certificate": _certificate,
            "points": _points,
        }
        shown = kinds[table["kind"]](table)
        steps = escape("|".join(shown.steps))
        self.slides.append(
            f'<section class="slide {table["kind"]}" id="slide-{number}" aria-label="{escape(shown.name)}" '
            f'data-steps="{steps}" tabindex="-1">\n{shown.body}</section>\n'
        )
        rows = [(words, table[name]) for name, words in NOTES.items() if name in table]
        said = "".join(
            f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>" for word, text in (*rows, *shown.key)
        )
        span = f'data-begins="{part.begins}" data-ends="{part.ends}" data-part="{escape(part.title)}"'
        self.notes.append(f"<section {span} hidden><h2>{escape(shown.name)}</h2><dl>{said}</dl></section>\n")

    def _picture(self, table: dict[str, Any]) -> SlideContents:
        """A run as the picture for one slide, band by band; that of a party in between is whole at once."""
        trace = played(table["run"])
        name = f"picture-{len(self.slides) + 1}"
        if trace.setup.party_between:
            whole = VIEWS["sequence"].picture(trace, ESSENTIAL)
            return SlideContents(run_name(trace), f"{self.looks.picture(whole, name)}\n")
        frames = essential_frames(trace)
        bands = (f"{band.number} {band.step.title}" for band in frames[-1].marks.bands)
        drawn = stepped(frames, self.looks, name)
        return SlideContents(run_name(trace), f"{drawn}\n", ("before the connection", *bands, "the result"))

    def _player(self, table: dict[str, Any]) -> SlideContents:
        """A run to step through, or two side by side; the page of the player is asked for when it is seen."""
        runs = [table[name] for name in ("run", "other") if name in table]
        traces = tuple(map(played, runs))
        name = "-and-".join(run.replace(" ", "-tls") for run in runs)
        self.runs[name] = traces
        guessing = "?guess" if table.get("guess") else ""
        place = f"runs/{name}.html{guessing}#e{moment(traces, table.get('moment', ''))}"
        title = " beside ".join(map(run_name, traces))
        frame = f'<iframe title="Player: {escape(title)}" data-src="{place}"></iframe>'
        return SlideContents(
            title, f'{frame}\n<p class="still">{link(place, f"Step through it: {title}")}</p>\n'
        )


def moment(traces: tuple[Trace, ...], name: str) -> str:
    """The event at which a player opens, the first without a name; of two runs, one for each."""
    if not name:
        return "0"
    if name == PARTING:
        found = first_divergence(*traces)
        assert found is not None  # two runs that are the same say nothing side by side
        return f"{found.seq_a},{found.seq_b}"
    side, kind = MOMENTS[name]
    return str([event.seq for event in traces[0].of(kind) if event.actor == side][-1])


def _question(table: dict[str, Any]) -> SlideContents:
    """A sentence by itself; its answer waits."""
    below = f'<p class="below">{escape(table["below"])}</p>\n' if table["below"] else ""
    words = table.get("answer", "")
    key = (("Answer", words),) if words else ()
    return SlideContents(
        table["text"], f"<h1>{escape(table['text'])}</h1>\n{below}{_answer(escape(words))}", key=key
    )


def _answer(markup: str) -> str:
    """An answer, hidden until it is asked for; none for no words."""
    return f'<div class="answer" role="status" hidden>{markup}</div>\n' if markup else ""


def vote(question: Question) -> SlideContents:
    """A question with a counter of hands for each option, and the answer as the run gives it."""
    right, reasons = question.right, dict(question.reasons())
    options = "".join(
        f'<li data-option="{at}"{" data-right" * (letter == right)}><b>{letter}</b> '
        f"<span>{escape(option.text)}</span>{_counter(letter)}</li>\n"
        for at, (letter, option) in enumerate(question.lettered.items())
    )
    shown = escape(question.shown_by_run(question.lettered[right]))
    told = (
        f'<p><span class="majority"></span> <b>{right} is right.</b> {escape(reasons[right])}</p>'
        f"<p>{shown} <code>{escape(question.command)}</code></p>"
    )
    key = [("Answer", f"{right}. {reasons[right]}")]
    key += [
        (f"Not {letter}", words) for letter, words in reasons.items() if words and words != reasons[right]
    ]
    body = f'<h1>{escape(question.ask)}</h1>\n<ol class="options">\n{options}</ol>\n{_answer(told)}'
    return SlideContents(question.ask, body, key=tuple(key))


def _counter(letter: str) -> str:
    """The hands for an option: a bar, one fewer, how many, one more."""
    return (
        '<i class="bar"></i>'
        f'<button type="button" data-by="-1" aria-label="One hand fewer for {letter}">−</button>'
        f'<output aria-label="Hands for {letter}">0</output>'
        f'<button type="button" data-by="1" aria-label="One hand more for {letter}">+</button>'
    )


def _beside(table: dict[str, Any]) -> SlideContents:
    """Two runs row by row."""
    left, right = played(table["left"]), played(table["right"])
    name = f"{run_name(left)} beside {run_name(right)}"
    return SlideContents(name, beside(left, right, table["facts"]), ("alike", "different", "the results"))


def _certificate(table: dict[str, Any]) -> SlideContents:
    """The lines of the client's certificate that the trust decision is mostly about."""
    trace = played(table["run"])
    words = certificate_words(trace.setup, client_chain(trace)[0])
    lines = dict(words["facts"]) | {name: text for name, _, text in words["extensions"]}
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(lines[name])}</td></tr>'
        for name in FIRST_LINES
        if name in lines
    )
    body = f"<h1>{escape(table['text'])}</h1>\n<table>{rows}</table>\n<p>{escape(table['below'])}</p>\n"
    return SlideContents(table["text"], body)


def _judges(table: dict[str, Any]) -> SlideContents:
    """The certificate, the trust store and the decisive check of each side."""
    trace = played(table["run"])
    names = names_of(trace.setup)
    halves = []
    for actor in trace.setup.actors:
        if actor.name in SIDES:
            check = next(one for one in checks_of(trace, actor.name) if one.name == CheckName.TRUST_ANCHOR)
            shows, trusts = (", ".join(map(names.certificate, some)) for some in (actor.sends, actor.trusts))
            rows = (("shows", shows), ("trusts", trusts), ("decides", check.sentence))
            told = "".join(f"<dt>{word}</dt><dd>{escape(clean(text))}</dd>" for word, text in rows)
            halves.append(f"<article><h2>{names.title(actor.name)}</h2><dl>{told}</dl></article>")
    answer = _answer(escape(table["answer"]))
    body = f"<h1>{escape(table['text'])}</h1>\n<div>{''.join(halves)}</div>\n{answer}"
    return SlideContents(table["text"], body, key=(("Answer", table["answer"]),))


def _cases(table: dict[str, Any]) -> SlideContents:
    """Cases that the class decides on paper; the answers wait."""
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("Case", "Decision", "Why"))
    rows = "".join(map(case_row, table["cases"]))
    answers = _answer(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    key = tuple((f"Case {number}", case(number).right) for number in table["cases"])
    return SlideContents(table["text"], f"<h1>{escape(table['text'])}</h1>\n{answers}", key=key)


def _points(table: dict[str, Any]) -> SlideContents:
    """Sentences to take home."""
    return SlideContents(
        table["text"], f"<h1>{escape(table['text'])}</h1>\n{listed(map(escape, table['points']))}\n"
    )
