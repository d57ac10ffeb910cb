"""The page on scenario files names every setting there is, and its examples play."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from simulator import catalogue, simulate
from simulator.errors import ScenarioError
from simulator.lessons.quiz.setting_table import NAMED, setting_words
from simulator.scenario import CertificateSetup, ClientSetup, Expectation, Network, ScheduleEntry, ServerSetup
from simulator.scenario.changes import parse_assignment
from simulator.scenario.file import loads
from simulator.scenario.mistakes.mistake import EQUIVALENTS
from simulator.scenario.responder_setup import ResponderSetup
from simulator.scenario.revocation_setup import CrlSetup
from simulator.scenario.whole import Between
from tests.peers import ROOT

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
PARTS = {
    "[network]": Network,
    "[client]": ClientSetup,
    "[server]": ServerSetup,
    "[certificates.NAME]": CertificateSetup,
    "[crls.NAME]": CrlSetup,
    "[responders.NAME]": ResponderSetup,
    "[expect]": Expectation,
    "[between]": Between,
    "[[schedule]]": ScheduleEntry,
}

TOLD_HERE_ALONE = ("[expect]", "[between]", "[[schedule]]")  # tables in tables: no notebook lists them


@pytest.mark.parametrize("part", PARTS)
def test_every_setting_is_named(part: str) -> None:
    """Each table of the page names the settings of its part, all of them and no other."""
    section = PAGE.split(f"## `{part}`", 1)[1].split("\n## ", 1)[0]
    named = {
        name
        for row in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert {field.name for field in fields(PARTS[part])} == named


@pytest.mark.parametrize("part", [part for part in PARTS if part not in TOLD_HERE_ALONE])
def test_the_page_and_the_notebooks_have_the_same_words(part: str) -> None:
    """What a setting is stands on the page as ``settings`` shows it in a notebook."""
    section = PAGE.split(f"## `{part}`", 1)[1].split("\n## ", 1)[0]
    said = dict(re.findall(r"^\| `(\w+)` \| .+? \| (.*) \|$", section, re.MULTILINE))
    kind = part.strip("[]").partition(".")[0]
    key = NAMED.get(kind, kind)
    assert setting_words()[key] == said


def test_the_examples_play() -> None:
    """Each TOML example that expects something comes out so in both versions."""
    examples = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "expect]" in text]
    assert 6 == len(examples)
    for text in examples:
        for tls in ("1.2", "1.3"):
            assert simulate(loads(text), tls=tls).as_expected is True


def test_every_worked_setting_can_be_set() -> None:
    """Each ``--set`` that the page shows is one."""
    shown = re.findall(r"--set (\S+)", PAGE)
    assert shown
    for setting in shown:
        assert setting.partition("=")[0] == parse_assignment(setting)[0]


def test_other_programs_words_lead_to_ours() -> None:
    """Each word of another program for a policy, and for its setting, gets ours as the hint."""
    policies = {word: meant[0] for word, meant in EQUIVALENTS.items() if len(meant) == 1}
    assert {"none", "unverified", "optional", "required", "deferred"} == set(policies.values())
    for word, ours in policies.items():
        with pytest.raises(ScenarioError, match=f"Did you mean '{ours}'"):
            catalogue["valid-certificate"].but({"server.client_authentication": word})
    for key, hint in (
        ("server.policy", "client_auth"),
        ("policy", "server.client_auth"),
        ("verify_mode", "server"),
    ):
        with pytest.raises(ScenarioError, match=f"Did you mean '{hint}"):
            catalogue["valid-certificate"].but({key: "required"})
