"""The papers of the lesson: a handout of one page, a worksheet, and its answers in a file of their own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.lessons.facts.facts import FACTS, fact, said
from simulator.lessons.lesson.frame import filled
from simulator.lessons.lesson.plan import plan, played, runs_named
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.frame import link, listed
from simulator.views.pictures.essential import essential
from simulator.views.story.glossary import glossary
from simulator.views.story.lanes import run_title, version_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.lessons.quiz.question import Question
    from simulator.lessons.site.frame import Looks

LINE = '<span class="line"></span>'


def handout(looks: Looks, length: str) -> str:
    """One page: the question, the picture, what to remember, and what came of every run of the lesson."""
    told = plan(length)["handout"]
    columns = told["facts"]
    rows = []
    for run in runs_named(length):
        trace = played(run)
        values = (FACTS[name].values.written(fact(trace, name)) for name in columns)
        rows.append((run_title(trace.setup), version_words(trace), *values))
    words = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(_first(glossary()[term].text))}</dd>" for term in told["words"]
    )
    body = f"""<h1>{escape(plan(length)["title"])}</h1>
<p>{escape(told["answer"])}</p>
<div class="picture">{looks.picture(essential(played(told["picture"])), "handout")}</div>
<div class="columns"><section><h2>To remember</h2>
{listed(escape(misconceptions()[number].truth) for number in told["truths"])}</section>
<section><h2>Words</h2><dl>{words}</dl></section></div>
<h2>What came of the runs</h2>
{_table(("Run", "Version", *columns.values()), rows)}
<p class="onward">{escape(told["onward"])}</p>"""
    return filled("paper.html", plan(length)["title"], body)


def _first(text: str) -> str:
    """The first sentence."""
    return text.partition(". ")[0].rstrip(".") + "."


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(word)}</td>" for word in row) + "</tr>" for row in rows)
    return f'<table class="runs"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def worksheet(length: str, *, answers: bool) -> str:
    """Predict, do, record, explain: a task for each question; ``answers`` fills in what the runs show."""
    told = plan(length)["worksheet"]
    name = "Answers to the worksheet" if answers else "Worksheet"
    tasks = "".join(_task(questions()[task], told["record"], answers=answers) for task in told["tasks"])
    whose = "" if answers else f'<p class="name">Name {LINE}</p>'
    body = f"""<h1>{name}: predict – do – record – explain</h1>
{whose}<p>{escape(told["how"])}</p>
<ol class="tasks">{tasks}</ol>"""
    return filled("paper.html", name, body)


def _task(question: Question, record: Iterable[str], *, answers: bool) -> str:
    trace, right = question.run.trace, question.right
    options = "".join(
        f'<li><span class="box">{"✓" * (answers and letter == right)}</span> <b>{letter}</b> '
        f"{escape(option.text)}</li>"
        for letter, option in question.lettered.items()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(_begun(FACTS[name].meaning))}</th>'
        f"<td>{escape(said(name, fact(trace, name))) if answers else ''}</td></tr>"
        for name in record
    )
    why = f"<p>{escape(dict(question.reasons())[right])}</p>" if answers else LINE * 2
    page = f"runs/{question.name}.html"
    return f"""<li><h2>{escape(question.ask)}</h2>
<p><b>Predict.</b> Tick one before you look.</p><ul class="options">{options}</ul>
<p><b>Do.</b> Open {link(page, page)} and step to the end, or type <code>{escape(question.command)}</code></p>
<p><b>Record.</b></p><table>{rows}</table>
<p><b>Explain.</b> Why is it so?</p>{why}</li>
"""


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
