"""The static classroom without a browser: a small site, its links, its data, and what its pages ask for."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import escape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.error_texts.causes import causes
from simulator.error_texts.normal_form import with_gaps
from simulator.error_texts.table import programs
from simulator.errors import OutputError
from simulator.lessons.help_book.statements import topics
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site import help_book
from simulator.lessons.site import site as whole_site
from simulator.lessons.site.decide import DECIDED, decide_place, states
from simulator.lessons.site.frame import anchor, prose, run_place
from simulator.lessons.site.lines import Lines, Shapes, json_lines
from simulator.lessons.site.pages import plan
from simulator.lessons.site.playground import knobs, positions, stand
from simulator.lessons.site.refused import cause_anchor
from simulator.lessons.site.runs import played
from simulator.runs.sweep import explore
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.player.document import document
from simulator.views.story.glossary import glossary
from tests.played import EVERYTHING, some
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulator.scenario import TlsVersion

SMALL = ("valid-certificate", "stolen-certificate")
Site = dict[str, str]


def small_site(**options: Any) -> Site:
    """Two scenarios, one credential, one scenario to decide."""
    return dict(whole_site.site_files(SMALL, ("valid",), SMALL[:1], ("expired",), **options))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The small site by path. Its help book is whole where everything is played; the whole one has tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(help_book, "topics", lambda: some(topics(), 3))
        yield small_site()


class Page(HTMLParser):
    """What a page asks for and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, ids and scripts."""
        found = dict(attrs)
        self.links += [str(found[name]) for name in ("href", "src") if name in found]
        self.ids += [str(found["id"])] if "id" in found else []
        self.scripts += [found] if tag == "script" else []
        self.attributes |= found.keys()


def pages(site: Mapping[str, str]) -> dict[str, Page]:
    """The pages of a site, by path."""
    return {place: Page(text) for place, text in site.items() if place.endswith(".html")}


def broken_links(site: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every link that leads to no file of the site, or to no id of its page."""
    read = pages(site)
    broken = []
    for place, page in read.items():
        for link in page.links:
            path, _, fragment = link.partition("#")
            to = place
            if path:
                parts: list[str] = []
                for part in (PurePosixPath(place).parent / path).parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                to = "/".join(parts)
            if to not in site or (fragment and fragment not in read[to].ids):
                broken.append((place, link))
    return broken


def unpacked(packed: str, table: list[str]) -> Any:
    """A document as the pages read it: the same as ``unpack.js``."""
    lines: list[str] = []
    for line in packed.strip().split("\n"):
        source = {"=": table, "@": lines}.get(line[0])
        if source is None:
            lines.append(line)
            continue
        for part in line[1:].split(","):
            first, _, last = part.partition("-")
            lines += source[int(first) : int(last or first) + 1]
    return json.loads("".join(lines))


def drawn(rows: list[Any], shapes: list[str]) -> str:
    """The markup of rows: the same as ``unpack.js``."""
    last = {"^": 0.0, "@": 0.0}
    lines: list[str] = []
    for row in rows:
        if isinstance(row, str):
            lines[-1] += row
            continue
        numbers = iter(row[1:])

        def number(mark: re.Match[str], numbers: Any = numbers) -> str:
            value = next(numbers)
            if mark[0] != "~":
                value = last[mark[0]] = round(last[mark[0]] + value, 1)
            return f"{value:g}" if value == int(value) else str(value)

        lines.append(re.sub("[~^@]", number, shapes[row[0]]))
    return "\n".join(lines)


def table_of(script: str) -> list[str]:
    """The lines of a table, out of its script."""
    found = re.search(r"String\.raw`(.*)`", script, re.DOTALL)
    assert found
    return found[1].split("\n")


def data_of(text: str, name: str = "document") -> str:
    """A data block of a page."""
    found = re.search(rf'<script type="application/json" id="{name}">\n(.*?)\n</script>', text, re.DOTALL)
    assert found
    return found[1]


def asks_for_nothing_else(site: Mapping[str, str]) -> None:
    """Assert that the files ask for nothing but each other, and that no script stands in a page."""
    for place, text in site.items():
        assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg"}, place
        assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|@import|url\(", text), place
    for place, page in pages(site).items():
        assert all("src" in one or one.get("type") == "application/json" for one in page.scripts), place
        assert [] == [name for name in page.attributes if name.startswith("on")], place
        assert [] == [link for link in page.links if "//" in link or ":" in link], place


# The site ----------------------------------------------------------------------------------------------


def test_every_link_leads_somewhere(site: Site) -> None:
    """To a file of the site and, with a fragment, to an id of that page; no id stands twice."""
    assert [] == broken_links(site)
    twice = [
        (place, one) for place, page in pages(site).items() for one in page.ids if page.ids.count(one) > 1
    ]
    assert [] == twice


def test_nothing_is_asked_of_a_network_and_no_script_stands_in_a_page(site: Site) -> None:
    """No address of another place, no inline script, no handler in an attribute; data is data."""
    asks_for_nothing_else(site)


@pytest.mark.skipif(not EVERYTHING, reason="it takes seconds")
def test_the_same_bytes_every_time(site: Site) -> None:
    """Here and on an executor."""
    with ThreadPoolExecutor(2) as executor:
        assert site == small_site(executor=executor)


def test_the_pages_hold_what_the_player_shows(site: Site) -> None:
    """Unpacked, the data of a page is the document of the run."""
    lines, shapes = table_of(site["shared/lines.js"]), table_of(site["shared/shapes.js"])
    for name in SMALL:
        expected = json.loads(json.dumps(document(trace_of(name, "1.3"))))
        found = unpacked(data_of(site[run_place(name, "1.3")]), lines)
        for run in found["runs"]:
            for part in ("svg", "away", "told"):
                run["picture"][part] = drawn(run["picture"][part], shapes)
        for run in expected["runs"]:
            for part in ("svg", "away", "told"):
                run["picture"][part] = run["picture"][part].rstrip("\n")
        assert expected == found


def test_the_first_picture_stands_in_the_page(site: Site) -> None:
    """Before any script, with its words; the other version is one link away."""
    text = site[run_place("stolen-certificate", "1.3")]
    assert text.index("<svg") < text.index('id="player"')
    assert played(("stolen-certificate", "1.3")).picture.title in text
    assert "stolen-certificate-tls1.2.html" in text
    assert "CertificateVerify" in text


def test_a_run_leads_to_its_questions(site: Site) -> None:
    """To those about this very run, and to the scenarios before and after it."""
    tls = questions()["thief"].tls
    text = site[run_place("stolen-certificate", tls)]
    assert 'href="../quiz.html#thief"' in text
    assert 'href="../quiz.html#not-asked"' not in text
    assert f'href="../{run_place("valid-certificate", tls)}"' in text


def test_the_command_writes_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes DIR, not the folder around it, and says what to open."""
    files = {"index.html": "<p>start</p>", "runs/a.html": "é", "shared/site.css": ""}
    monkeypatch.setattr(whole_site, "site_files", lambda **_: iter(files.items()))
    result = CliRunner().invoke(clientauth, ["site", str(tmp_path / "site"), "--jobs", "1"])
    assert 0 == result.exit_code
    assert f"Open {tmp_path / 'site' / 'index.html'}" in result.stderr
    assert files == {name: (tmp_path / "site" / name).read_text(encoding="utf-8") for name in files}
    result = CliRunner().invoke(clientauth, ["site", str(tmp_path / "no" / "site")])
    assert isinstance(result.exception, OutputError)


# Its parts ----------------------------------------------------------------------------------------------


def test_lines_are_read_as_they_were_written() -> None:
    """Whatever a document holds: marks of the table, backticks, braces, ends of scripts."""
    values: list[Any] = [
        {"a": ["=7", "=1-2", "</script>", "`${x}`", "\\u0060", "\n", 1.5, None, True, [], {}]},
        {"a": ["=7", "@1", "long " * 40, {"b": ["long " * 40, [1, 2, [3]], [], {}]}]},
        [{"same": ["long " * 40, number % 2]} for number in range(40)],
        ["again " * 30] * 60,
    ]
    texts = [json_lines(value) for value in values]
    table = Lines(texts)
    packed = [table.packed(text) for text in texts]
    assert values == [unpacked(text, table.table().split("\n")) for text in packed]
    assert not any("<" in text or "`" in text for text in packed)


def test_what_moved_together_has_the_same_rows() -> None:
    """A picture further down, with later events, differs in its first row alone."""
    shapes = Shapes()
    one, other = (
        shapes.rows(
            f'<rect data-seq="{seq}" x="4" y="{y}" width="9" height="2"/>\n'
            f'<line data-seq="{seq + 1}" x1="4" y1="{y + 7.5}" x2="9" y2="{y + 7.5}"/>\n'
            f'<polygon data-seq="{seq + 1}" points="1,{y} 2.5,{y + 1}"/>\n<text x="1" y="{y}">a ~^@ b</text>'
        )
        for seq, y in ((3, 10), (9, 210.5))
    )
    assert one[0] != other[0]
    assert one[1:] == other[1:]
    assert "a ~^@ b</text>" == one[-1]


def test_the_playground_has_enough_positions() -> None:
    """At least 400, and each knob that is turned shows another run."""
    turned = knobs()
    assert len(positions(turned)) >= 400
    start = tuple(knob.start for knob in turned)
    assert start in positions(turned)
    command = stand(start).command
    assert "clientauth run valid-certificate --tls 1.3" == command
    for place, knob in enumerate(turned):
        other = next(setting for setting in knob.settings if setting != knob.start)
        assert stand((*start[:place], other, *start[place + 1 :])).command != command


def test_a_wrong_clock_lets_an_expired_certificate_in() -> None:
    """The knobs tell what a run tells: by a clock that is slow, the certificate has not ended yet."""
    refused, let_in = (
        stand(("expired", "required", "true", clock, "1.3")).level[0] for clock in ("0s", "-60d")
    )
    assert ("REFUSED", "CLIENT_AUTHENTICATED") == (refused, let_in)


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_every_way_can_be_decided(tls: TlsVersion) -> None:
    """The ends of the states are the ways of the scenario; every choice on offer leads to a state."""
    found = states((DECIDED[-1], tls))
    ends = {way for way, state in found.items() if state["pending"] is None}
    ways = explore(catalogue[DECIDED[-1]], tls, progress=False)
    assert {"/".join(choice for _, _, choice in way.choices) for way in ways} == ends
    for way, state in found.items():
        for option in state["pending"]["options"] if state["pending"] else ():
            assert "/".join(filter(None, (way, option))) in found


def test_a_case_to_decide_does_not_tell_what_is_wrong(site: Site) -> None:
    """Neither the address nor the words of its page name the scenario; the data hold its name for the end."""
    places = [place for place in site if place.startswith("decide/")]
    assert places == ["decide/case-1-tls1.2.html", "decide/case-1-tls1.3.html"]
    for place in (*places, "decide.html"):
        words, *_ = site[place].partition('<script type="application/json"')
        assert "valid" not in words


def test_the_quiz_has_every_reason(site: Site) -> None:
    """Every question and option, one right answer each, and a reason for every option that has one."""
    text = site["quiz.html"]
    assert len(questions()) == text.count("data-right")
    assert sum(len(question.options) for question in questions().values()) == text.count("<button")
    assert [] == [name for name in questions() if f'id="{name}"' not in text]


def test_every_word_is_explained_and_led_to(site: Site) -> None:
    """Every term has its entry; a text leads to each word once; the entry does not lead to itself."""
    ids = pages(site)["glossary.html"].ids
    assert [] == [term for term in glossary() if anchor(term) not in ids]
    told = prose("The <b>private key</b>, a private key, and CertificateVerify.", "../")
    assert 1 == told.count('href="../glossary.html#word-private-key"')
    assert 1 == told.count("#word-CertificateVerify")
    assert "&lt;b&gt;" in told
    assert "#word-private-key" not in prose("A private key.", but="private key")


def test_the_page_for_a_refusal_has_every_cause_and_text(site: Site) -> None:
    """Every cause has its place, its advice and a run or a command; every measured text stands there."""
    text, ids = site["refused.html"], pages(site)["refused.html"].ids
    assert [] == [name for name in causes() if cause_anchor(name) not in ids]
    for cause in causes().values():
        assert escape(cause.remedy) in text
        linked = f'href="{run_place(cause.scenario, "1.3")}"' in text
        assert linked or escape(cause.command) in text
    printed = {with_gaps(one.text) for program in programs() for one in program.seen}
    assert [] == [one for one in printed if escape(one) not in text]


def test_the_lesson_names_what_there_is() -> None:
    """Every scenario and question of the plan exists."""
    runs = [run.split() for station in plan()["station"] for run in station.get("runs", ())]
    assert {name for name, _ in runs} | {case["scenario"] for case in plan()["case"]} <= set(catalogue)
    assert {tls for _, tls in runs} <= {"1.2", "1.3"}
    assert {name for station in plan()["station"] for name in station.get("ask", ())} <= set(questions())
    assert set(DECIDED) <= set(catalogue)
    assert decide_place(1, "1.3") == "decide/case-1-tls1.3.html"
