"""The pages that are no run's: start, lesson, quiz and glossary."""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.lessons.quiz.question import LETTERS
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.frame import anchor, link, listed, page, prose, run_place, web
from simulator.lessons.traces import evidence
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.export import run_contents
from simulator.views.story.glossary import glossary

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from simulator.lessons.quiz.question import Question
    from simulator.scenario import TlsVersion
    from simulator.views.story.glossary import Word

BYTES = "valid-certificate"  # the scenario whose bytes are explained
QUESTION = "How does a client prove who it is?"


@cache
def plan() -> dict[str, Any]:
    """The cases of the start page, and the stations of the lesson."""
    return tomllib.loads(web("plan.toml"))


def start_page(names: Sequence[str]) -> str:
    """The start: the one question, a few cases, and every scenario by topic in both versions."""
    cases = (
        f'<a href="{run_place(case["scenario"], "1.3")}"><b>{escape(case["who"])}</b> '
        f"<span>{escape(case['asks'])}</span></a>"
        for case in plan()["case"]
        if case["scenario"] in names
    )
    topics = "".join(
        f"<section><h3>{escape(topic[:1].upper() + topic[1:])}</h3>{listed(map(_versions, group), 'list')}"
        "</section>"
        for topic, group in groupby(names, lambda name: catalogue[name].topic)
    )
    body = f"""<h1>{QUESTION}</h1>
<p class="reading">{prose(plan()["answer"])}</p>
<h2>Pick a case</h2>
{listed(cases, "cases")}
<h2>Every scenario</h2>
<div class="topics">{topics}</div>"""
    return page("index.html", QUESTION, body)


def _versions(name: str) -> str:
    """The title of a scenario, and the links to both versions of its page."""
    links = " ".join(link(run_place(name, tls), f"TLS {tls}") for tls in reversed(TLS_VERSIONS))
    return f"<span>{escape(catalogue[name].title)}</span> {links}"


def lesson_page(names: Container[str]) -> str:
    """The lesson's order: each station with its question and its runs."""
    stations = "".join(
        f"<li><h2>{escape(station['title'])}</h2><p>{prose(station['text'])}</p>"
        f"{listed(_ways(station, names))}</li>"
        for station in plan()["station"]
    )
    body = f"""<h1>The lesson</h1>
<p class="reading">{prose(plan()["lesson"])}</p>
<ol class="lesson reading">{stations}</ol>"""
    return page("lesson.html", "The lesson", body)


def _ways(station: dict[str, Any], names: Container[str]) -> Iterator[str]:
    """The links of a station: first its questions, then the runs that answer them, then other pages."""
    for name in station.get("ask", ()):
        yield link(f"quiz.html#{name}", f"Guess first: {questions()[name].ask}")
    for run in station.get("runs", ()):
        name, tls = run.split()
        if name in names:
            yield link(run_place(name, tls), f"{catalogue[name].title}, TLS {tls}")
    for place, words in station.get("pages", ()):
        yield link(place, words)


def quiz_page(names: Container[str]) -> str:
    """Every question, with a reason for each option."""
    asked = "".join(_asked(name, question, names) for name, question in questions().items())
    body = f"""<h1>Quiz</h1>
<p class="reading">{len(questions())} questions. Each asks about a run, and the run says which answer is
right. A wrong answer gets its reason and a second try.</p>
<ol class="quiz reading">{asked}</ol>"""
    return page("quiz.html", "Quiz", body, scripts=("quiz.js",))


def _asked(name: str, question: Question, names: Container[str]) -> str:
    reasons, right = dict(question.reasons()), question.right
    options = "".join(
        f'<li><button type="button"{" data-right" * (letter == right)}>'
        f"<b>{letter}</b> {escape(option.text)}</button>"
        f"<p hidden><b>{'Right.' if letter == right else 'No.'}</b> {prose(reasons[letter])}</p></li>"
        for letter, option in zip(LETTERS, question.options, strict=False)
    )
    shown = f"{escape(evidence(question.run.trace))} <code>{escape(question.command)}</code>"
    if not question.changes and question.scenario in names:
        shown += f" {link(run_place(question.scenario, question.tls), 'See the run')}"
    return (
        f'<li id="{name}"><h2>{escape(question.ask)}</h2><ul>{options}</ul>'
        f'<p role="status"></p><p class="shown" hidden>{shown}</p></li>'
    )


def glossary_page() -> str:
    """Every word, in alphabetical order; the words in its text lead on."""
    words = sorted(glossary().values(), key=lambda word: word.term.lower())
    letters = (
        link(f"#{anchor(next(group).term)}", letter)
        for letter, group in groupby(words, lambda word: word.term[0].upper())
    )
    body = f"""<h1>Words</h1>
<nav aria-label="Letters">{listed(letters, "letters")}</nav>
<dl class="words reading">{"".join(map(_entry, words))}</dl>"""
    return page("glossary.html", "Words", body)


def bytes_place(tls: TlsVersion) -> str:
    """The path of the page that explains every byte in a version."""
    return f"bytes-tls{tls}.html"


def bytes_page(tls: TlsVersion) -> str:
    """Every byte of the client's Certificate and CertificateVerify of the good handshake, explained."""
    contents = run_contents(simulate(BYTES, tls).trace, Path(bytes_place(tls)), view="bytes")
    back = f'<nav aria-label="The classroom">{link("index.html", "The classroom")}</nav>'
    return contents.decode().replace("<body>", f"<body>\n{back}", 1)


def _entry(word: Word) -> str:
    also = f"<p>Also: {escape(', '.join(word.also))}</p>" if word.also else ""
    see = ", ".join(link(f"#{anchor(term)}", term) for term in word.see)
    seen = f"<p>See {see}.</p>" if see else ""
    source = f"<small>{escape(word.source)}</small>" if word.source else ""
    return (
        f'<dt id="{anchor(word.term)}">{escape(word.term)} {source}</dt>'
        f"<dd><p>{prose(word.text, but=word.term)}</p>{also}{seen}</dd>"
    )
