"""The slides of the notebooks: whole in themselves, a question alone, no answer before it is asked for."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING

import pytest

from simulator.lessons.quiz.quiz import questions
from tests.notebooks.notebooks import FOLDER, NOTEBOOKS, cells, script, stored
from tests.notebooks.slides import asked, exhibit_of, exhibited, page, ran, slides, told
from tests.peers import ROOT

if TYPE_CHECKING:
    from pathlib import Path


pytest.importorskip("mistune", reason="slides are made with the extra 'notebooks'")
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def left_out(path: Path) -> set[str]:
    """The cells that are no slides."""
    kinds = {
        cell["id"]: cell["metadata"].get("slideshow", {}).get("slide_type") for cell in stored(path)["cells"]
    }
    return {name for name, kind in kinds.items() if kind in ("skip", "notes")}


@each
def test_a_page_needs_nothing_besides_itself(path: Path) -> None:
    """Everything is inside, and the page's own policy forbids it to fetch anything."""
    text = page(path)
    assert [] == re.findall(r'(?:src|href)="(?!data:)[^"]*"', text)
    assert "default-src 'none'" in text
    assert "http:" not in text
    assert "https:" not in text


@each
def test_every_picture_is_shown_with_its_words(path: Path) -> None:
    """Each picture of a cell that is not left out stands on a slide or more, each with a description."""
    text = page(path)
    pictures = [
        output
        for cell in cells(path, "code")
        for output in cell["outputs"]
        if cell["id"] not in left_out(path) and "image/png" in output.get("data", {})
    ]
    first = re.findall(r'<img alt="(?:(?! Part (?:[2-9]|\d\d) of )[^"]){40,}" width="\d+" height="\d+"', text)
    assert len(pictures) == len(first)
    assert text.count("<img") == len(re.findall(r'<img alt="[^"]{20,}" width="\d+" height="\d+"', text))


@each
def test_questions_wait_with_their_answers_and_exercises_are_left_out(path: Path) -> None:
    """Every question that is asked has a slide with the letter that playing finds; exercises have none."""
    here = [cell for cell in cells(path, "code") if cell["id"] not in left_out(path)]
    names = [name for cell in here for name in re.findall(r'\bask\("([\w-]+)"\)', "".join(cell["source"]))]
    found = [slide for slide in script("slide_cells").slides_of(stored(path)["cells"]) if slide.right]
    assert names
    assert [questions()[name].right for name in names] == [slide.right for slide in found]
    assert all(f"{slide.right} is right." in slide.answer for slide in found)
    text = page(path)
    assert ".answer(" not in text
    assert "check(" not in text
    assert len(re.findall('<aside class="answer"', text)) == len(
        re.findall('<aside class="answer"[^>]* hidden>', text)
    )


@each
def test_no_slide_is_bare_code_and_no_assertion_is_shown(path: Path) -> None:
    """Every slide has words or a picture besides code."""
    assert "assert " not in page(path)
    for slide in script("slide_cells").slides_of(stored(path)["cells"]):
        rest = re.sub(r'<pre class="code.*?</pre>', "", slide.html, flags=re.S)
        assert re.search(r"<img|<p>|<h\d>|<li>|<table|<pre>", rest), slide.html


@each
def test_every_slide_has_a_title_of_its_own(path: Path) -> None:
    """A list of the titles tells all slides apart; each heading of the notebook begins one of them."""
    made = script("slide_cells").slides_of(stored(path)["cells"])
    titles = [slide.title for slide in made]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    shown = [cell for cell in cells(path, "markdown") if cell["id"] not in left_out(path)]
    headings = re.findall(r"^##? +(.+?)\s*$", "\n".join("".join(cell["source"]) for cell in shown), re.M)
    assert headings
    assert [] == [name for name in headings if not any(title.startswith(name) for title in titles)]


# What stands on a slide -----------------------------------------------------------------------------------


def test_a_question_stands_alone() -> None:
    """What comes before and after it has slides of its own; a heading without text stands above it."""
    found = slides(
        told("Before."), asked("thief"), told("After."), told("## Heading", "slide"), asked("not-asked")
    )
    assert ["", "question", "", "question"] == [slide.kind for slide in found]
    assert "Before." not in found[1].html
    assert "After." not in found[1].html
    assert "<h2>Heading</h2>" in found[3].html
    assert questions()["thief"].right == found[1].right
    assert "clientauth run stolen-certificate" in found[1].answer
    assert "clientauth run" not in found[1].html


@pytest.mark.parametrize("name", questions())
def test_an_answer_says_of_every_option_why(name: str) -> None:
    """Under the right letter stands the reason of each wrong one, once; the option's text is not repeated."""
    (found,) = slides(asked(name))
    question = questions()[name]
    answer = unescape(found.answer)
    assert answer.startswith(f"<p><strong>{question.right} is right.</strong></p>")
    for letter, words in question.reasons():
        if letter != question.right:
            assert 1 == answer.count(words), (letter, words)
            (row,) = [row for row in re.findall(r"<tr>.*?</tr>", answer) if words in row]
            assert re.search(rf"not [^<]*\b{letter}\b", row)
    assert f"<p>{question.options['ABCD'.index(question.right)].text}</p>" not in answer


def test_a_case_has_its_answer() -> None:
    """The decision of the simulator's server is told of a case of the puzzle, when it is asked for."""
    (found,) = slides(
        ran("first = case(2)\nfirst", {"text/html": "<p>Do you accept?</p>", "text/plain": "…"})
    )
    assert "question" == found.kind
    assert "The right decision: validity." in found.answer


def test_code_is_hidden_unless_it_is_what_the_cell_has_to_say() -> None:
    """Code goes with a picture or table unseen; with a bare value it is seen; an assertion never is."""
    table = {"text/html": "<table><tbody><tr><td>1</td></tr></tbody></table>", "text/plain": "1"}
    (found,) = slides(told("Words."), ran("assert True\ncard(run)", table))
    assert '<pre class="code"><code>card(run)</code></pre>' in found.html
    (found,) = slides(told("Words."), ran("assert (\n  True\n)\nrun.level", {"text/plain": "3"}))
    assert '<pre class="code shown"><code>run.level</code></pre>' in found.html
    assert [] == slides(ran("x = 1"), ran("assert x"), ran("x", {"text/plain": "1"}))


def test_what_is_too_long_goes_on_on_the_next_slide() -> None:
    """A long table is cut between rows, and its titles come again; no row is lost; long text is cut too."""
    rows = "".join(f"<tr><td>{number}</td><td>words</td></tr>" for number in range(60))
    html = f"<p>Lead</p><table><thead><tr><th>n</th><th>w</th></tr></thead><tbody>{rows}</tbody></table>"
    found = slides(ran("table", {"text/html": html, "text/plain": "…"}))
    assert 4 <= len(found) <= 6
    assert all("<th>n</th>" in slide.html for slide in found)
    assert list(range(60)) == [int(n) for slide in found for n in re.findall(r"<td>(\d+)</td>", slide.html)]
    paragraphs = "\n\n".join(f"Paragraph {number}. " + "Many words. " * 40 for number in range(9))
    found = slides(told(paragraphs))
    assert len(found) > 2
    assert [str(n) for n in range(9)] == re.findall(r"Paragraph (\d)", "".join(slide.html for slide in found))


def test_a_short_line_before_a_picture_is_no_slide() -> None:
    """It stands above the picture where there is room, else at the edge; a heading gives the title."""
    tall, low = exhibited("show(run)", exhibit_of("sequence")), exhibited("show(run)", exhibit_of("ladder"))
    line = told("**Decided?** Then look.", "slide")
    parts = slides(line, tall)
    assert {"picture"} == {slide.kind for slide in parts}
    assert parts[0].html.startswith("<p><strong>Decided?</strong> Then look.</p>")
    assert [slide.caption for slide in parts if "Decided" in slide.caption] == []
    (found,) = slides(line, low)
    assert "<p>" not in found.html
    assert found.caption.startswith("Decided? Then look. · ")
    first, second = slides(line, exhibited("show(run)", exhibit_of("timeline")))
    assert "Decided? Then look. · part 1 of 2" == first.caption
    assert "Decided" not in second.caption
    (found,) = slides(told("## In bytes", "slide"), exhibited("show(run)", exhibit_of("bytes")))
    assert "In bytes" == found.title
    assert found.caption.startswith("In bytes · ")
    before, *_ = slides(told("## Heading\n\nWords.", "slide"), tall)
    assert "Heading" == before.title
    before, *_ = slides(told("## Long\n\n" + "Many words. " * 9, "slide"), low)
    assert "" == before.kind


def test_a_line_that_introduces_a_table_goes_with_it() -> None:
    """A line with a colon is not left below what comes before it; its table follows, with its code."""
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(10))
    table = {"text/html": f"<table><tbody>{rows}</tbody></table>", "text/plain": "…"}
    first, second = slides(ran("one", table), told("And TLS 1.3:"), ran("other", table))
    assert "And TLS" not in first.html
    assert "other" not in first.html
    assert second.html.startswith("<p>And TLS 1.3:</p>")
    first, second = slides(ran("one", table), told("That was all."), ran("other", table))
    assert "That was all." in first.html
    assert "other" in second.html


def test_titles_are_counted() -> None:
    """What goes on below a heading has its name and a number, also where a question stood below it."""
    picture = exhibited("show(run)", exhibit_of("matrix"))
    found = slides(told("## Why?", "slide"), asked("thief"), told("So.", "slide"), picture)
    assert f"Why? {questions()['thief'].ask}" == found[0].title
    found = slides(told("## Why\n\nWords.", "slide"), told("More.", "slide"), asked("thief"), *[picture] * 2)
    assert ["Why", "Why (2)", questions()["thief"].ask] == [slide.title for slide in found[:3]]
    name = exhibit_of("matrix").metadata()["clientauth"]["title"]
    assert [name, *(f"{name} ({n})" for n in (2, 3, 4))] == [slide.title for slide in found[3:]]


# The command ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["slides", "execute"])
@pytest.mark.parametrize("beginning", ["9", "99", "nothing"])
def test_a_notebook_that_is_not_there_is_told(
    name: str, beginning: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names what there is, the exit code is 2, and nothing at all is written."""
    target = tmp_path / "made"
    assert 2 == script(name).main(["01", beginning, "--to", str(target)])
    told = capsys.readouterr()
    assert repr(beginning) in told.err
    assert all(path.stem in told.err for path in NOTEBOOKS)
    assert "" == told.out
    assert not target.exists()


def test_from_and_to_say_where(tmp_path: Path) -> None:
    """The command reads one folder and writes another, and tells each file."""
    (tmp_path / "executed").mkdir()
    (tmp_path / "executed" / NOTEBOOKS[0].name).write_bytes(NOTEBOOKS[0].read_bytes())
    command = [
        sys.executable,
        FOLDER / "slides.py",
        "--from",
        tmp_path / "executed",
        "--to",
        tmp_path / "a" / "b",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    made = tmp_path / "a" / "b" / f"{NOTEBOOKS[0].stem}.html"
    assert str(made) == done.stdout.strip()
    assert page(NOTEBOOKS[0]) == made.read_text(encoding="utf-8")


def test_what_is_no_notebook_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty folder, a folder that is not there and a broken file end in words and 2."""
    assert 2 == script("slides").main(["--from", str(tmp_path)])
    assert 2 == script("slides").main(["--from", str(tmp_path / "absent")])
    assert 2 == capsys.readouterr().err.count("has no notebooks")
    for broken in ("{", "[]", "3"):
        (tmp_path / "01-broken.ipynb").write_text(broken, encoding="utf-8")
        for name in ("slides", "execute"):
            assert 2 == script(name).main(["--from", str(tmp_path), "--to", str(tmp_path / "made")])
            assert "cannot be read" in capsys.readouterr().err


def test_only_lines_of_assertions_are_left_out() -> None:
    """An assertion beside something else stays, since that is needed."""
    without = script("slide_cells").without_assertions
    assert "x = 1\nx" == without("x = 1\nassert (\n    x\n)\nx")
    assert "x = 1; assert x\nx" == without("x = 1; assert x\nx")
    assert "%matplotlib inline" == without("%matplotlib inline")


def test_what_asks_is_known_by_its_call(tmp_path: Path) -> None:
    """A question of one's own beside the notebook gets its answer; a cell that answers asks nothing."""
    answer_to = script("slide_cells").answer_to
    (tmp_path / "mine.toml").write_text(
        """
[late-start]
ask = "Alice's certificate begins tomorrow. Which alert does a server with OpenSSL send?"
scenario = "certificate-not-yet-valid"
options = [
    { text = "certificate_expired", holds = { alert = "certificate_expired" } },
    { text = "bad_certificate", holds = { alert = "bad_certificate" } },
]
""",
        encoding="utf-8",
    )
    for words in ('q = ask("late-start", file="mine.toml")\nq', 'ask("late-start", "mine.toml")'):
        html, right = answer_to(words, tmp_path)
        assert "B" == right
        assert "B is right." in html
    html, right = answer_to("first = case(2)\nfirst", tmp_path)
    assert ("", True) == (right, "The right decision: validity." in html)
    for words in ('case(1).answer("?")', "case", "x = 3", "%ask", "ask(name)"):
        assert answer_to(words, tmp_path) is None
