"""The matrix of stacks: every cell a run, and every run what the program was measured to do."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.error_texts.table import STACK_PROGRAMS
from simulator.errors import ScenarioError
from simulator.runs.saving import save_matrix
from simulator.runs.stacks import STACKS, stack_matrix
from simulator.scenario.catalogue.shown import FAULTS, PURPOSES
from simulator.scenario.changes import parse_assignment
from simulator.trust.profiles import PROFILES
from simulator.views.drawing.cells import cells
from simulator.views.drawing.display import Box, Text
from simulator.views.stacks.picture import stack_drawing
from simulator.views.stacks.text import stack_text
from tests.lab.stack_rows import table
from tests.peers import ROOT, shared
from tests.played import EVERYTHING, some
from tests.views.geometry import faults, poor_contrasts

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.views.stacks.cells import StackCell, StackMatrix

#: A row of ours → the case in which the programs were asked the same (``tests/lab/stacks/measured.tsv``).
ASKED = {
    "client": "good",
    "server-only": "leaf for the wrong purpose",
    "any-purpose": "leaf for any purpose",
    "no-purpose": "leaf for no named purpose",
    "server-ca": "intermediate for the wrong purpose",
    "none": "no certificate",
    "expired": "leaf expired",
    "not-yet-valid": "leaf not yet valid",
    "untrusted-ca": "unknown CA",
    "missing-intermediate": "missing intermediate",
    "key-not-for-signing": "leaf may only encipher keys",
    "stolen": "stolen",
}
#: The columns of the table in the shared facts, by how they begin.
FACTS = {
    "`ssl` OpenSSL": "openssl",
    "OpenSSL 4": "openssl",
    "Node": "node",
    "BoringSSL": "boringssl",
    "Go": "go-1.27",
    "JSSE": "jsse",
    "gnutls-serv": "gnutls",
}
PURPOSE_OF_FACT = {
    "clientAuth; both; absent": ("client", "client-and-server", "no-purpose"),
    "serverAuth only": ("server-only",),
    "anyExtendedKeyUsage": ("any-purpose",),
    "MS smart-card": ("smart-card-logon",),
    "leaf clientAuth": ("server-ca",),
}
THIN = (*PURPOSES, "none", "expired", "stolen")


@cache
def _matrix() -> StackMatrix:
    return stack_matrix((*PURPOSES, *FAULTS) if EVERYTHING else THIN, progress=False)


def _answer(cell: StackCell) -> str:
    """A cell in the words of the measurements."""
    if cell.accepted:
        return "accepted"
    if cell.alert:
        return cell.alert
    return "page 400" if cell.client_sees.startswith("400 ") else "closed"


def test_the_columns_are_the_stacks_of_the_registry() -> None:
    """Every profile but the two for CAs has a column, in the registry's order."""
    assert set(PROFILES) - set(STACKS) == {"strict", "webpki"}
    assert list(_matrix().stacks) == list(STACKS)
    assert set(STACK_PROGRAMS["server"]) | set(STACK_PROGRAMS["client"]) <= set(STACKS)


def test_seven_certificates_are_judged_as_seven_servers_were_measured_to() -> None:
    """Every cell of the table in the facts: accepted or refused, and the alert where it arrived."""
    text = shared("facts/stacks-2026.md").read_text(encoding="utf-8").partition("### 1.4")[2]
    head, _, *rows = re.findall(r"^\|(.+)\|$", text.partition("So profiles")[0], re.MULTILINE)
    columns = [
        next(s for word, s in FACTS.items() if name.strip().startswith(word)) for name in head.split("|")[1:]
    ]
    seen = 0
    for row in rows:
        what, *answers = (cell.strip() for cell in row.split("|"))
        for name in next(names for words, names in PURPOSE_OF_FACT.items() if what.startswith(words)):
            for stack, answer in zip(columns, answers, strict=True):
                cell = _matrix().cell(name, stack, "1.3")
                assert cell.accepted == ("✓" in answer), (name, stack)
                told = re.search(r"\[(\w+)\]", answer)
                assert told is None or told[1] == cell.alert, (name, stack)
                seen += 1
    assert seen == 7 * 7


@pytest.mark.parametrize("row", [row for row in ASKED if EVERYTHING or row in THIN])
def test_a_whole_run_ends_as_the_program_answered(row: str) -> None:
    """Alert, page or dropped connection, in both versions, is what each program sent for it."""
    for (stack, tls), answer in table()[ASKED[row]].items():
        cell = _matrix().cell(row, stack, tls)  # type: ignore[arg-type]
        assert _answer(cell) == answer.partition(" (")[0], (stack, tls)


def test_every_cell_ends_as_its_profile_says() -> None:
    """An alert, a page or a closed connection, by the check that decided."""
    ends = {"alert": "no alert", "page": "page 400", "close": "closed"}
    for cell in _matrix().cells:
        if cell.decisive_check is not None:
            end = PROFILES[cell.stack].refusal_of_client(cell.decisive_check)
            assert _answer(cell) == (cell.alert or ends[end]), (cell.credential, cell.stack, cell.tls)


def test_when_a_client_learns() -> None:
    """In TLS 1.3 after its handshake call; in TLS 1.2 while it lasts, except from a page."""
    for cell in _matrix().cells:
        late = cell.tls == "1.3" or cell.client_sees.startswith("400 ")
        said = f"{'after' if late else 'in'} its handshake call"
        assert cell.client_learns == (None if cell.accepted else said)
        assert (cell.client_sees == "") == cell.accepted
    assert _matrix().late_in("1.2") == ["nginx"]


def test_the_logs_are_the_measured_ones() -> None:
    """For a certificate of another purpose each program that was measured says so in its own words."""
    logs = {stack: _matrix().cell("server-only", stack, "1.3").server_says for stack in STACKS}
    assert "unsuitable certificate purpose" in logs["openssl"]
    assert "specifies an incompatible key usage" in logs["go"]
    assert "Extended key usage does not permit" in logs["jsse"]
    assert "socket hang up" in logs["node"]
    assert "(26:unsuitable certificate purpose)" in logs["nginx"]
    assert [stack for stack, log in logs.items() if not log] == [
        "rfc5280",
        "gnutls",
        "go-1.27",
        "nss",
        "boringssl",
    ]


def test_a_cell_can_be_played_alone() -> None:
    """A cell's scenario with its settings comes out as the cell says."""
    for cell in some(_matrix().cells, 23):
        changes = dict(parse_assignment(setting) for setting in cell.set)
        outcome = simulate(catalogue[cell.scenario].but(changes), cell.tls).outcome
        assert (outcome.level, outcome.decisive_check) == (cell.level, cell.decisive_check)


def test_the_document_has_the_keys_of_the_interface() -> None:
    """Each cell names credential, stack, version, and what came out."""
    made = json.loads(json.dumps(_matrix().to_dict()))["cells"]
    assert len(made) == len(_matrix().words) * len(STACKS) * 2
    assert {"credential", "stack", "tls", "accepted", "alert", "level"} <= set(made[0])


def test_the_picture_has_no_fault_and_a_box_for_each_cell() -> None:
    """No text is cut, covered or pale, and a cell's colour says accepted or refused."""
    drawing = stack_drawing(_matrix())
    assert faults(drawing) == []
    assert poor_contrasts([drawing]) == []
    newest = {place: cell for place, cell in enumerate(_matrix().cells) if cell.tls == "1.3"}
    boxes = {
        item.seq: item.style for item in drawing.items if isinstance(item, Box) and "level." in item.style
    }
    assert {seq: style == "level.CLIENT_AUTHENTICATED" for seq, style in boxes.items()} == {
        place: cell.accepted for place, cell in newest.items()
    }
    said = " ".join(item.text for item in drawing.items if isinstance(item, Text))
    assert "Public CAs leave clientAuth out" in said
    assert "serverAuth only: refused: unsupported_certificate (43) by openssl, rfc5280" in drawing.description


def test_the_text_fits() -> None:
    """No line is longer than the terminal, for every row and for one."""
    for shown, width in product(
        (_matrix(), stack_matrix(["expired"], progress=False)), (40, 76, 80, 120, 200)
    ):
        wide = [line for line in stack_text(shown, width).splitlines() if cells(line) > max(width, 76)]
        assert wide == [], width


def test_a_row_can_be_any_scenario_of_one_connection(tmp_path: Path) -> None:
    """A name of the catalogue or a scenario is a row of its own; several connections are refused in words."""
    made = stack_matrix(["certificate-expired", catalogue["sha1-signature"]], progress=False)
    assert list(made.words) == ["certificate-expired", "sha1-signature"]
    assert made.cell("sha1-signature", "jsse", "1.2").accepted
    assert save_matrix(made, tmp_path / "m.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(ScenarioError, match="one connection"):
        stack_matrix(["renewed-in-time"], progress=False)
    with pytest.raises(ScenarioError, match=r"Did you mean .*'expired'"):
        stack_matrix(["expird"], progress=False)


def test_the_page_of_the_docs_has_the_same_table() -> None:
    """``docs/stacks.md`` says of each purpose what the matrix says."""
    page = (ROOT / "docs" / "stacks.md").read_text(encoding="utf-8")
    head, *rows = re.findall(r"^\| (.+) \|$", page, re.MULTILINE)
    assert head.split(" | ")[1:] == list(STACKS)
    for (name, shown), row in zip(PURPOSES.items(), rows, strict=True):
        answers = [_answer(_matrix().cell(name, stack, "1.3")) for stack in STACKS]
        assert row.split(" | ") == [shown.words, *(a.replace("accepted", "yes") for a in answers)]
