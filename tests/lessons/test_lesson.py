"""The folder of the lesson without a browser: what is in it, and that all of it is as the runs show."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.errors import OutputError
from simulator.lessons.classroom.case_sheet import case_row
from simulator.lessons.facts.facts import FACTS, fact, said
from simulator.lessons.lesson import folder
from simulator.lessons.lesson.plan import asked, parts, plan, played, runs_named
from simulator.lessons.lesson.rows import aligned, beside
from simulator.lessons.lesson.slides import MOMENTS, PARTING, moment, vote
from simulator.lessons.lesson.steps import merged, stepped
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.frame import Looks
from simulator.lessons.traces import checks_of
from simulator.trace.facts import Checked, HandshakeReturned
from simulator.views.drawing.display import Box, Text, extent_of
from simulator.views.pictures.essential import essential_frames
from simulator.views.player.document import comparison, document
from simulator.views.story.words import level_name
from tests.lessons.test_site import (
    asks_for_nothing_else,
    broken_links,
    data_of,
    drawn,
    pages,
    table_of,
    unpacked,
)
from tests.played import EVERYTHING, run_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.views.drawing.display import Drawing, Item

KILO = 1024
FIRST = ("index.html", "presenter.html", "handout.html", "worksheet.html", "worksheet-answers.html")
#: The end of a player's address: that it asks before each decision, and the moments at which it opens.
PLAYER = re.compile(r"(\?guess)?#e\d+(,\d+)?$")
PICTURES = ("valid-certificate", "stolen-certificate", "certificate-expired", "no-certificate-refused")
Lesson = dict[str, str]


LENGTHS = ("45", "60", "90")
TABLES = [table for part in parts("90") for table in part.slides]


@cache
def lesson_of(length: str) -> Lesson:
    """The folder of a lesson by path, made once in this process."""
    return dict(folder.lesson_files(length))


@pytest.fixture
def lesson() -> Lesson:
    """The folder of the longer lesson; it has every slide of the shorter."""
    return lesson_of("90")


def text_of(markup: str) -> str:
    """The words of markup, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def slides(lesson: Lesson) -> list[str]:
    """The sections of the slides."""
    return re.findall(r'<section class="slide.*?</section>', lesson["index.html"], re.DOTALL)


# The folder --------------------------------------------------------------------------------------------


def test_the_folder_is_whole(lesson: Lesson) -> None:
    """Every file that is asked for is there, players too; no id stands twice."""
    assert set(FIRST) <= set(lesson)
    assert [] == [link for _, link in broken_links(lesson) if not PLAYER.search(link)]
    players = [PLAYER.sub("", place) for place in re.findall(r'data-src="([^"]+)"', lesson["index.html"])]
    assert 3 <= len(players)
    assert set(players) <= set(lesson)
    assert {f"runs/{task}.html" for task in plan("90")["worksheet"]["tasks"]} <= set(lesson)
    for page in pages(lesson).values():
        assert len(page.ids) == len(set(page.ids))


def test_it_asks_for_nothing_but_its_own_files(lesson: Lesson) -> None:
    """No network, no script in a page, no tracking."""
    asks_for_nothing_else(lesson)


@pytest.mark.skipif(not EVERYTHING, reason="a second folder takes seconds")
def test_it_has_the_same_bytes_every_time(lesson: Lesson) -> None:
    """Written again, it is the same."""
    assert lesson == dict(folder.lesson_files("90"))


def test_players_keep_their_budget(lesson: Lesson) -> None:
    """A page of a player has at most 45 KB beyond what is shared, and holds the document of its runs."""
    lines, shapes = table_of(lesson["shared/lines.js"]), table_of(lesson["shared/shapes.js"])
    sizes = {place: len(text.encode()) for place, text in lesson.items() if place.startswith("runs/")}
    assert {} == {place: size for place, size in sizes.items() if size > 45 * KILO}
    lower, refused = (run_of(f"no-certificate-{name}", "1.3").trace for name in ("lower-level", "refused"))
    both = "no-certificate-lower-level-tls1.3-and-no-certificate-refused-tls1.3"
    expected = {
        "stolen-certificate-tls1.3": document(run_of("stolen-certificate", "1.3").trace),
        both: comparison(lower, refused, detail="overview"),
    }
    for name, contents in expected.items():
        found = unpacked(data_of(lesson[f"runs/{name}.html"]), lines)
        plain = json.loads(json.dumps(contents))
        for run in found["runs"]:
            run["picture"] |= {part: drawn(run["picture"][part], shapes) for part in ("svg", "away", "told")}
        for run in plain["runs"]:
            run["picture"] |= {part: run["picture"][part].rstrip("\n") for part in ("svg", "away", "told")}
        assert plain == found


def test_the_shorter_lesson_lacks_what_its_slides_do_not_show(lesson: Lesson) -> None:
    """The sheet of cases, and a run; the worksheet and its players are the same."""
    shorter = lesson_of("45")
    assert lesson.keys() - shorter.keys() == {"cases.html", "runs/no-certificate-refused-tls1.3.html"}
    assert shorter.keys() <= lesson.keys()
    assert shorter["worksheet-answers.html"] == lesson["worksheet-answers.html"]
    assert shorter["handout.html"] != lesson["handout.html"]


def test_the_command_writes_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes DIR, not the folder around it; a file of another name stays; it says what to open."""
    files = {"index.html": "<p>é</p> shared/slides.css", "runs/a.html": "a", "shared/slides.css": ""}
    monkeypatch.setattr(folder, "lesson_files", lambda minutes: iter([*files.items(), ("minutes", minutes)]))
    target = tmp_path / "lesson"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    (target / "runs").mkdir()
    (target / "runs" / "mine.html").write_text("mine")
    (target / "runs" / "other-length.html").write_text("shared/player.css")
    result = CliRunner().invoke(clientauth, ["lesson", str(target)])
    assert 0 == result.exit_code
    assert f"Open {target / 'index.html'}" in result.stderr
    assert files == {name: (target / name).read_text(encoding="utf-8") for name in files}
    assert "45" == (target / "minutes").read_text()
    assert 0 == CliRunner().invoke(clientauth, ["lesson", "90", str(target)]).exit_code
    assert "90" == (target / "minutes").read_text()
    assert "mine" == (target / "mine.txt").read_text() == (target / "runs" / "mine.html").read_text()
    assert not (target / "runs" / "other-length.html").exists()
    result = CliRunner().invoke(clientauth, ["lesson", str(tmp_path / "no" / "lesson")])
    assert isinstance(result.exception, OutputError)
    result = CliRunner().invoke(clientauth, ["lesson", str(target / "mine.txt")])
    assert 2 == result.exit_code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["50", "there"], "'50' is not one of '45', '60', '90'"),
        (["90"], "Missing argument 'DIR'"),
        ([], "'DIR'"),
    ],
)
def test_a_wrong_length_is_told(words: list[str], told: str) -> None:
    """A length that there is not, or one without a folder."""
    result = CliRunner().invoke(clientauth, ["lesson", *words])
    assert 2 == result.exit_code
    assert told in result.stderr


# The slides --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", LENGTHS)
def test_the_parts_fill_the_lesson(length: str) -> None:
    """One follows on the other, without a gap; a vote has eight minutes or more."""
    told = list(parts(length))
    assert (0, int(length)) == (told[0].begins, told[-1].ends)
    assert [part.ends for part in told[:-1]] == [part.begins for part in told[1:]]
    for part in told:
        votes = sum(table["kind"] == "vote" for table in part.slides)
        assert part.ends - part.begins >= 8 * votes


def test_the_longer_lesson_has_every_slide_of_the_shorter() -> None:
    """So what is tested of the one is tested of both."""
    assert [table for part in parts("45") for table in part.slides if table not in TABLES] == []


def test_the_presenter_sees_the_minutes(lesson: Lesson) -> None:
    """Of every part."""
    for part in parts("90"):
        assert f"{part.title} <small>{part.begins}–{part.ends} min" in lesson["presenter.html"]


def test_every_slide_has_its_notes(lesson: Lesson) -> None:
    """As many notes as slides, in the same order, and none of them stands in the page for the class."""
    notes = re.findall(r"<section data-begins.*?</section>", lesson["presenter.html"], re.DOTALL)
    names = [unescape(name) for name in re.findall(r'aria-label="([^"]+)" data-steps', lesson["index.html"])]
    assert names == [text_of(re.findall("<h2>(.*?)</h2>", note)[0]) for note in notes]
    assert len(slides(lesson)) == len(notes)
    told, seen = text_of(lesson["presenter.html"]), text_of(lesson["index.html"])
    for table in TABLES:
        assert all(table.get(name, "") in told for name in ("do", "ask", "expect", "say"))
        assert table.get("expect", "—") not in seen


def test_answers_wait(lesson: Lesson) -> None:
    """Every answer is hidden in the page; a question that has none says none."""
    for table, section in zip(TABLES, slides(lesson), strict=True):
        answered = table["kind"] in ("vote", "cases") or "answer" in table
        assert answered == ('class="answer"' in section)
        assert section.count('class="answer"') == section.count('<div class="answer" role="status" hidden>')


def test_the_right_option_is_what_the_run_shows(lesson: Lesson) -> None:
    """In every vote: one option is marked, and the answer tells its facts and the command."""
    votes = [table for table in TABLES if table["kind"] == "vote"]
    sections = [section for section in slides(lesson) if '<section class="slide vote"' in section]
    assert 4 <= len(votes)
    for table, section in zip(votes, sections, strict=True):
        question = asked(table)
        marked = re.findall(r'<li data-option="(\d)" data-right>', section)
        assert [question.right] == ["ABCDEF"[int(place)] for place in marked]
        right = question.lettered[question.right]
        for name, value in right.claim.items():
            assert said(name, fact(question.run.trace, name)) in text_of(section)
            assert fact(question.run.trace, name) == value
        assert question.command in text_of(section)
        assert len(question.options) == section.count("data-option")


@pytest.mark.parametrize(
    ("run", "after"),
    [
        ("valid-certificate 1.3", "CertificateVerify"),
        ("valid-certificate 1.2", "CertificateVerify"),
        ("stolen-certificate 1.3", "none"),
        ("no-certificate-lower-level 1.3", "none"),
        ("server-does-not-ask 1.2", "none"),
    ],
)
def test_a_server_knows_its_client_after_the_proof(run: str, after: str) -> None:
    """And never, if the proof fails or there is none."""
    assert after == fact(played(run), "known_after")


def test_a_vote_of_another_run_has_another_answer() -> None:
    """The answers are computed: without the proof's failure the thief would be taken for Alice."""
    thief = questions()["thief"]
    assert "data-right><b>C</b>" in vote(thief).body
    assert "data-right><b>A</b>" in vote(replace(thief, changes={"client.holds_key": True})).body


def overlap(one: Item, other: Item) -> bool:
    """Return True if two items lie on each other."""
    a, b = extent_of(one), extent_of(other)
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_step_shows_what_its_frame_shows(name: str, tls: str) -> None:
    """The same items, and a ground stays behind its words."""
    frames = essential_frames(run_of(name, tls).trace)
    items = merged(frames)
    for number, frame in enumerate(frames):
        seen = [item for item, (first, last) in items if first <= number <= last]
        assert set(frame.items) == set(seen)
        places = {item: place for place, item in enumerate(seen)}
        grounds = [item for item in frame.items if isinstance(item, Box)]
        for place, item in enumerate(frame.items):
            if isinstance(item, Text):
                behind = {ground for ground in grounds if overlap(ground, item)}
                before = {ground for ground in frame.items[:place] if ground in behind}
                assert before == {ground for ground in behind if places[ground] < places[item]}


def test_a_stepped_picture_is_whole_without_its_script() -> None:
    """What goes before the last frame is hidden in the markup; what comes is not."""
    frames: list[Drawing] = essential_frames(run_of("valid-certificate", "1.3").trace)
    markup = stepped(frames, Looks(), "picture")
    groups = re.findall(r'<g(?: data-from="\d+")?( data-until="\d+")?( class="off")?>', markup)
    assert {(bool(until), bool(off)) for until, off in groups} == {(False, False), (True, True)}
    assert 'role="img"' in markup
    assert markup.count("<g") == markup.count("</g>")


def test_a_player_opens_at_its_moment() -> None:
    """Where the server checks the proof, where the client's call returns, where two runs part."""
    stolen, expired = played("stolen-certificate 1.3"), played("certificate-expired 1.3")
    at = stolen.events[int(moment((stolen,), "judged"))]
    assert isinstance(at.fact, Checked)
    assert ("server", "proof-of-possession") == (
        at.actor,
        at.fact.verdict.decisive and at.fact.verdict.decisive.name,
    )
    at = expired.events[int(moment((expired,), "returned"))]
    assert ("client", HandshakeReturned) == (at.actor, type(at.fact))
    lower, refused = played("no-certificate-lower-level 1.3"), played("no-certificate-refused 1.3")
    here, there = map(int, moment((lower, refused), PARTING).split(","))
    assert ("server", "server") == (lower.events[here].actor, refused.events[there].actor)
    assert "0" == moment((lower,), "")
    assert {PARTING, *MOMENTS} >= {table["moment"] for table in TABLES if "moment" in table}


def test_each_side_judges_by_its_own_store(lesson: Lesson) -> None:
    """What both trust, and the check that each decision rests on, as the ledgers have it."""
    [section] = [section for section in slides(lesson) if '<section class="slide judges"' in section]
    trace = run_of("valid-certificate", "1.3").trace
    for side in ("client", "server"):
        [check] = [check for check in checks_of(trace, side) if check.name == "trust-anchor"]
        assert check.sentence in text_of(section)
    assert "trusts Server CA" in text_of(section)
    assert "trusts Client CA" in text_of(section)


def test_the_cases_are_decided_as_the_sheet_does(lesson: Lesson) -> None:
    """The answers of the slide are those of the last page of the sheet."""
    [section] = [section for section in slides(lesson) if '<section class="slide cases"' in section]
    for number in (1, 2, 3):
        assert case_row(number).strip() in section
        assert case_row(number) in lesson["cases.html"]


def test_two_runs_are_alike_until_the_policy_decides() -> None:
    """What is alike stands once; what differs comes with the second step, the levels with the third."""
    lower, refused = played("no-certificate-lower-level 1.3"), played("no-certificate-refused 1.3")
    table = beside(lower, refused, ["access_granted"])
    alike, different = table.split('<tr data-from="1">', 1)
    assert 7 == alike.count('<tr class="same">')
    assert "Certificate (empty)" in alike
    assert '<tr class="same">' not in different
    assert "Alert: certificate_required" in different
    for trace in (lower, refused):
        end = table.partition("<tfoot>")[2]
        assert f"<b>{level_name(trace.card.level)}</b>" in end
        assert said("access_granted", fact(trace, "access_granted")) in end


def test_rows_of_the_same_words_stand_beside_each_other() -> None:
    """Also where one run has more rows, and whatever is believed then."""
    a = [("client sends", word, ()) for word in "abd"]
    b = [("client sends", "a", ("The client believes: x",)), *(("client sends", word, ()) for word in "cbd")]
    assert [(a[0], b[0]), (None, b[1]), (a[1], b[2]), (a[2], b[3])] == list(aligned(a, b))


# The papers --------------------------------------------------------------------------------------------


def test_the_handout_tells_every_run(lesson: Lesson) -> None:
    """Level, alert, check and call of each, and the truths and words that the plan names."""
    told = text_of(lesson["handout.html"])
    for run in runs_named("90"):
        trace = played(run)
        for name in plan("90")["handout"]["facts"]:
            assert FACTS[name].values.written(fact(trace, name)) in told
        assert trace.setup.title in told
    for number in plan("90")["handout"]["truths"]:
        assert misconceptions()[number].truth in told
    assert "<svg" in lesson["handout.html"]


def test_the_worksheet_tells_no_answer_and_its_key_all(lesson: Lesson) -> None:
    """The sheet has room; the key has the tick, the facts of the run and the reason."""
    blank, key = lesson["worksheet.html"], lesson["worksheet-answers.html"]
    assert "✓" not in blank
    assert key.count("✓") == len(plan("90")["worksheet"]["tasks"]) == blank.count("<b>Explain.</b>")
    for task in plan("90")["worksheet"]["tasks"]:
        question = questions()[task]
        assert question.command in text_of(blank)
        assert f"✓ {question.right} " in text_of(key).partition(question.ask)[2].partition("Do.")[0]
        reason = dict(question.reasons())[question.right]
        assert reason in text_of(key)
        assert reason not in text_of(blank)
        for name in plan("90")["worksheet"]["record"]:
            sentence = said(name, fact(question.run.trace, name))
            assert sentence in text_of(key)
            assert f"<td>{sentence}</td>" not in blank
