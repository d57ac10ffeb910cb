"""Mermaid and PlantUML text, judged by the programs that draw it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from simulator.release import RELEASE
from simulator.trace.facts import Alert, Sent
from simulator.views.story.beat_kinds import Band, Flight
from simulator.views.story.reading import sent_name
from simulator.views.story.words import clean
from simulator.views.texts import mermaid as mermaid_pen
from simulator.views.texts import plantuml as plantuml_pen
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.outline import Note, flight_lines, outline, paragraph
from simulator.views.texts.plantuml import plantuml
from tests.played import EVERY_RUN, RUNS, for_each, some
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.trace.trace import Trace
    from tests.exports.renderers import Rendered

    Renderers = dict[str, Callable[[str], Rendered]]

PENS = {"mermaid": mermaid, "plantuml": plantuml}
ESCAPES = {"mermaid": mermaid_pen.escape, "plantuml": plantuml_pen.escape}
MOST_CHARACTERS = 50_000  # Mermaid draws no more unless the page that holds it says so

# What one of the two languages, or HTML, reads as its own.
BITES = (
    "<script>alert(1)</script>",
    "<b>bold</b> <br/> <br> <img src=x onerror=alert(1)>",
    "]]> &amp; &#65; &lt; #59; #quot; #lt;",
    "a;b;c#d",
    "%%{init: {'theme':'dark'}}%%",
    "%% a comment",
    "$$x^2$$",
    "wrap: a",
    "nowrap : b",
    "end",
    "end note",
    "A->>B: c",
    "Note over P1: x",
    "return x",
    '**bold** //italic// --struck-- __under__ ~~wave~~ ""mono""',
    "<color:red>y</color> <U+0041> <&lock-locked> <$sprite> <<stereo>>",
    "<latex>x</latex> <math>x</math> <size:40>q</size>",
    '%getenv("HOME") %date() %newline() $x',
    "!include /etc/passwd",
    "!define X",
    "[[http://a.b c]] {{ }} |a|b| ||",
    "a\\nb \\n c \\\\ \\",
    "/' a comment '/",
    "' a quote",
    "* bullet",
    "# number",
    "=== heading",
    "----",
    "....",
    "== divider ==",
    "@enduml",
    "...",
    "x__y__z a--b a~b ~",
    "http://a.b/c mailto:a@b C:\\dir\\new",
    "\"double\" 'single' `code` ``x``",
    "漢字 שלום é",
)
SIGNS = "~*/_-\"<>[]{}\\%$&|`^@#=.:;!?+'(), ab"
NUMBER_OF_RANDOM_TEXTS = 120


def _said(trace: Trace, detail: str) -> list[str]:
    """Every line of words that the diagram of a trace has below its lanes."""
    lines: list[str] = []
    for line in outline(trace, detail):
        if isinstance(line, Band):
            lines.append(f"{line.step.title} ({line.when})")
        else:
            lines += flight_lines(line) if isinstance(line, Flight) else line.lines
    return lines


@pytest.mark.parametrize("language", PENS)
@for_each("name, tls", RUNS)
def test_every_scenario_renders_with_all_its_words(
    language: str, name: str, tls: str, renderers: Renderers
) -> None:
    """The language's own renderer takes the text of every run and shows each line letter for letter."""
    trace = trace_of(name, tls)
    rendered = renderers[language](PENS[language](trace))
    assert rendered.lost(_said(trace, "messages")) == []


@pytest.mark.parametrize("language", PENS)
@for_each("detail", ["essential", "messages", "everything"])
@for_each("kind", HOSTILE)
def test_hostile_words_are_shown_and_not_read(
    kind: str, detail: str, language: str, renderers: Renderers
) -> None:
    """Whatever names and reasons hold, it is text in the picture, and nothing there acts."""
    trace = hostile_trace(kind)
    rendered = renderers[language](PENS[language](trace, detail=detail))
    assert rendered.lost(_said(trace, detail)) == []
    assert rendered.scripts == 0


@pytest.mark.parametrize("renderer", ["mermaid", "mermaid 8"])
@for_each("name, tls", some(EVERY_RUN, 30))
def test_a_readme_shows_every_run_in_old_mermaid_too(
    name: str, tls: str, renderer: str, renderers: Renderers
) -> None:
    """Wikis and editors still have Mermaid 8: it draws the essential lines of each run letter for letter."""
    trace = trace_of(name, tls)
    assert renderers[renderer](mermaid(trace, detail="essential")).lost(_said(trace, "essential")) == []


@for_each("kind", HOSTILE)
def test_old_mermaid_shows_hostile_words_as_text(kind: str, renderers: Renderers) -> None:
    """What names and reasons hold is not read as markup or as a statement."""
    trace = hostile_trace(kind)
    rendered = renderers["mermaid 8"](mermaid(trace, detail="essential"))
    assert rendered.lost(_said(trace, "essential")) == []
    assert rendered.scripts == 0


@pytest.mark.parametrize("language", PENS)
def test_what_the_languages_read_as_their_own_is_shown(language: str, renderers: Renderers) -> None:
    """Each of their own signs and words, and random mixtures of signs, is shown letter for letter."""
    chance = random.Random(20)
    mixed = ["".join(chance.choices(SIGNS, k=chance.randint(2, 14))) for _ in range(NUMBER_OF_RANDOM_TEXTS)]
    texts = [" ".join(text.split()) for text in (*BITES, *mixed) if text.strip()]
    escape = ESCAPES[language]
    for start in range(0, len(texts), 30):
        some = texts[start : start + 30]
        lines = {
            "mermaid": [
                "sequenceDiagram",
                "participant P1 as A",
                *(f"P1->>P1: {escape(text)}" for text in some),
            ],
            "plantuml": [
                "@startuml",
                "participant P1",
                *(f"P1 -> P1 : {escape(t)}" for t in some),
                "@enduml",
            ],
        }
        assert renderers[language]("\n".join(lines[language])).lost(some) == []


@pytest.mark.parametrize("renderer", [*PENS, "mermaid 8"])
def test_the_judge_notices(renderer: str, renderers: Renderers) -> None:
    """Without escapes the same comparison finds lines that are lost: it can fail."""
    lines = {
        "mermaid": ["sequenceDiagram", "participant P1 as A", "P1->>P1: a #lt; b"],
        "plantuml": ["@startuml", "P1 -> P1 : **bold**", "@enduml"],
    }
    said = {"mermaid": "a #lt; b", "plantuml": "**bold**"}
    language = renderer.split()[0]
    rendered = renderers[renderer]("\n".join(lines[language]))
    assert rendered.lost([said[language]]) == [said[language]]


@for_each("name", ["certificate-expired", "valid-certificate"])
def test_mermaid_describes_its_picture(name: str, renderers: Renderers) -> None:
    """Mermaid's picture has the scenario's title as its name and the caption as its description."""
    trace = trace_of(name, "1.3")
    title, description = renderers["mermaid"](mermaid(trace, accessible=True)).named[:2]
    assert title == "".join(clean(trace.setup.title).split())
    assert f"seed{trace.setup.seed}" in description


@for_each("pen", PENS.values())
@for_each("name, tls", RUNS)
def test_every_message_is_an_arrow_in_the_order_of_sending(
    name: str, tls: str, pen: Callable[[Trace], str]
) -> None:
    """The arrows are the messages and alerts that were sent, in order, and name their run."""
    trace = trace_of(name, tls)
    sent = [
        (event.actor, sent_name(fact))
        for event in trace.of(Sent, Alert)
        if isinstance(fact := event.fact, Sent) or (isinstance(fact, Alert) and fact.direction == "sent")
    ]
    told = [
        (line.event.actor, flight_lines(line)[0].removeprefix("Alert: "))
        for line in outline(trace)
        if isinstance(line, Flight)
    ]
    text = pen(trace)
    assert told == sent
    for words in (f"scenario {name}", f"seed {trace.setup.seed}", f"release {RELEASE}", f"TLS {tls}"):
        assert words.replace("--", "") in text


@for_each("name, tls", RUNS)
def test_what_nobody_can_overlook_is_marked(name: str, tls: str) -> None:
    """Encrypted messages bear a lock, refusals a sign of their own, and what nobody read ends in a cross."""
    trace = trace_of(name, tls)
    arrows = [line for line in outline(trace) if isinstance(line, Flight)]
    statements = [line.strip() for line in mermaid(trace).splitlines() if "->>" in line or "-x" in line]
    arrow_lines = [line for line in statements if line.startswith("P")]
    assert [mermaid_pen.LOCK in line for line in arrow_lines] == [arrow.encrypted for arrow in arrows]
    assert [mermaid_pen.STOP in line for line in arrow_lines] == [arrow.refusal for arrow in arrows]
    assert ["-x" in line.split(":")[0] for line in arrow_lines] == [arrow.lost for arrow in arrows]


@for_each("detail", DETAILS)
@for_each("kind", HOSTILE)
def test_no_run_is_too_long_for_mermaid(kind: str, detail: str) -> None:
    """Names of 2,000 characters are shortened: the text stays below what Mermaid takes by default."""
    assert len(mermaid(hostile_trace(kind), detail=detail)) < MOST_CHARACTERS


def test_decisions_beliefs_and_the_gap_are_told() -> None:
    """The refused TLS 1.3 client: its error, the decisive check and both sides' beliefs are told."""
    lines = list(outline(trace_of("certificate-expired", "1.3")))
    kinds = {line.kind for line in lines if isinstance(line, Note)}
    words = " ".join(" ".join(line.lines) for line in lines if isinstance(line, Note))
    assert {"decision", "refusal", "belief", "returned", "fact", "gap"} == kinds
    assert "Decisive: validity" in words
    assert "The client assumes: Client authenticated" in words
    assert "The server knows: Refused" in words


def test_paragraphs_are_cut_and_say_so() -> None:
    """More words than there is room for end in an ellipsis; no line is too wide."""
    lines = paragraph("many words " * 100, 3, 40)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert max(map(len, lines)) <= 40
