"""The table of error texts, its causes and its warnings, held against the measurements and the catalogue."""

from __future__ import annotations

import json
import re

import msgspec

from simulator.command.options import scenario_from
from simulator.error_texts.causes import Cause, causes, cautions
from simulator.error_texts.normal_form import normal_line, normal_lines
from simulator.error_texts.table import Program, programs
from simulator.runs.run import simulate
from simulator.security import SecurityLevel
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.version import SIDES
from simulator.trust.vocabulary import CheckName
from tests.error_texts.making import TABLE, measured, rows_of, table_of, written
from tests.played import EVERYTHING, for_each

PLAYED = [cause for cause in causes().values() if cause.command]


def test_the_table_says_what_was_measured() -> None:
    """Every measured row stands in the table, and the table has no other."""
    table = msgspec.json.decode(TABLE.read_bytes(), type=tuple[Program, ...])
    ours, theirs = (
        [json.dumps(row, sort_keys=True) for row in rows] for rows in (rows_of(table), measured())
    )
    assert 1420 == len(theirs)
    assert sorted(theirs) == sorted(ours)


def test_the_table_is_current() -> None:
    """``python -m tests.error_texts.making`` would write the same bytes, in a quarter of the size."""
    assert written(table_of(measured())) == TABLE.read_text(encoding="utf-8")
    assert TABLE.stat().st_size < 160_000


def test_what_is_cited_says_so_and_names_its_source() -> None:
    """A text without a version was not measured, and its note says where it is from; no other note does."""
    words = "cited, not measured: "
    for program in programs():
        assert {program.cited} == {one.note.startswith(words) for one in program.seen}, program.name
    cited = json.loads(TABLE.with_name("cited.json").read_text(encoding="utf-8"))
    assert [program["name"] for program in cited] == [one.name for one in programs()[-len(cited) :]]
    assert not any("version" in program for program in cited)


def test_every_cause_has_words() -> None:
    """The causes of the table are the causes that have words, checks and scenarios that exist."""
    assert {cause for program in programs() for one in program.seen for cause in one.causes.split()} == set(
        causes()
    )
    for cause in causes().values():
        assert cause.words.endswith(".")
        assert cause.remedy.endswith(".")
        assert cause.check in {"", *CheckName}


def _printed(cause: str, side: str) -> list[str]:
    return [
        " ".join(normal_lines(f"{one.text}\n{one.page}"))
        for program in programs()
        for one in program.seen
        if program.side == side and cause in one.causes.split()
    ]


@for_each("cause", causes().values())
def test_what_is_quoted_was_printed(cause: Cause) -> None:
    """What to look for on a side, in quotes, was printed on that side for that cause."""
    for side, words in zip(SIDES, (cause.at_client, cause.at_server), strict=True):
        for quoted in re.findall('"([^"]+)"', words):
            assert any(normal_line(quoted) in text for text in _printed(cause.name, side)), quoted


def test_an_alert_in_the_advice_is_an_alert() -> None:
    """Words with an underscore are names of alerts or of settings, in their right spelling."""
    known = {alert.rfc_name for alert in AlertDescription} | {"post_handshake_auth"}
    for cause in causes().values():
        named = re.findall(
            r"(?<![\w\"])[a-z]+(?:_[a-z]+)+", re.sub('"[^"]*"', "", f"{cause.at_server} {cause.at_client}")
        )
        assert set(named) <= known, cause.name


def test_every_warning_concerns_a_measured_text() -> None:
    """No piece of a warning is misspelt: a measured text has it, or it is an alert."""
    texts = "\n".join(text for cause in causes() for side in SIDES for text in _printed(cause, side))
    alerts = {f"alert {alert.rfc_name}" for alert in AlertDescription}
    pieces = [piece for caution in cautions() for piece in (*caution.contains, *caution.lines)]
    assert [] == [piece for piece in pieces if piece not in texts and piece not in alerts]


@for_each("cause", PLAYED if EVERYTHING else PLAYED[::4])
def test_the_command_of_a_cause_plays_it(cause: Cause) -> None:
    """The scenario of a cause is refused, and by the check that the cause names."""
    scenario = scenario_from(cause.scenario, cause.settings)
    for tls in ("1.2", "1.3"):
        runs = [one.outcome for one in simulate(scenario, tls=tls).connections]
        outcome = next(one for one in runs if one.level is SecurityLevel.REFUSED)
        assert cause.check == (outcome.decisive_check or "")
        judge = "client" if cause.name.startswith("server-") else "server"
        assert outcome.judged_by in (None, judge)
