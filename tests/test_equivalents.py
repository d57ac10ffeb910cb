"""What docs/equivalents.md says of other programs was measured, and leads to our words."""

from __future__ import annotations

import json
import re

import pytest

from simulator.scenario.mistakes.mistake import EQUIVALENTS
from tests.peers import ROOT, shared

PAGE = (ROOT / "docs" / "equivalents.md").read_text(encoding="utf-8")
COLUMNS = (
    ("no-certificate", "1.3"),
    ("no-certificate", "1.2"),
    ("certificate-expired", "1.3"),
    ("untrusted-ca", "1.3"),
    ("wrong-purpose", "1.3"),
)


def rows_below(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", rows_below("What a refused client gets"), ids=lambda row: row[0])
def test_every_refusal_is_the_measured_one(row: list[str]) -> None:
    """Each cell is the alert that was measured for this server, cause and version, or says there was none."""
    measured = json.loads(shared("facts/error-texts.json").read_text(encoding="utf-8"))
    found = {}
    for one in measured:
        if (one["who"], one["program"]) == ("server", row[0]):
            silent = "accepted" if one["outcome"] == "accepted" else "no alert"
            found[one["cause"], one["tls"]] = one.get("alert") or silent
    assert [found[column] for column in COLUMNS] == row[1:]


def test_the_words_of_the_policies_lead_to_ours() -> None:
    """A word in the column of a policy of ours is one that a scenario file is answered with that policy."""
    head = ("none", "unverified", "optional", "required", "deferred")
    seen = set()
    for row in rows_below("Client authentication policy"):
        for policy, cell in zip(head, row[1:6], strict=True):
            words = {word.lower() for word in re.findall(r"`([^` ]+)`", cell)} & set(EQUIVALENTS)
            for word in words - {"none", "optional", "required"}:
                assert EQUIVALENTS[word] == (policy,), (row[0], word)
                seen.add(word)
    assert {"off", "optional_no_ca", "requestclientcert", "cert_optional", "full", "safcheck", "on"} <= seen
