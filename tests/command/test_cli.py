"""The command, run as a user runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth as verbs
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.export import RUN_SUFFIXES
from tests.peers import ROOT
from tests.played import some
from tests.processes import clientauth


@pytest.mark.parametrize("words", [("run", "certificate-expired"), ("run", "nowhere.toml")])
def test_a_forked_command_does_what_a_started_one_does(words: tuple[str, ...], tmp_path: Path) -> None:
    """Output, error output and status are those of Python started anew; many tests rest on it."""
    started = subprocess.run(
        [sys.executable, "-m", "simulator", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    forked = clientauth(*words, cwd=tmp_path)
    assert (started.returncode, started.stdout, started.stderr) == (
        forked.returncode,
        forked.stdout,
        forked.stderr,
    )


def test_help_names_every_verb(tmp_path: Path) -> None:
    """``--help`` shows the verbs and five worked commands."""
    shown = clientauth("--help", cwd=tmp_path)
    assert 0 == shown.returncode
    for word in ("demo", "list", "run", "export", "matrix", "check", "certificates", "clientauth demo"):
        assert word in shown.stdout


def test_help_says_what_a_verb_does_in_a_whole_line(tmp_path: Path) -> None:
    """In a terminal of 80 columns no verb's line is cut."""
    shown = clientauth("--help", cwd=tmp_path, COLUMNS="80").stdout
    lines = shown.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert len(lines) >= 12
    assert [] == [line for line in lines if not line.endswith((".", "?")) or line.endswith("...")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("valid-certificate", "clientauth run valid-certificate"),
        ("valid-certificat", "clientauth run valid-certificate"),
        ("bob.toml", "clientauth run bob.toml"),
        ("certificate", "Did you mean 'certificates'?"),
        ("demos", "Did you mean 'demo'?"),
    ],
)
def test_a_scenario_in_the_place_of_a_verb_gets_its_command(typed: str, meant: str, tmp_path: Path) -> None:
    """The error names the command line that plays the scenario; a misspelt verb gets the verb."""
    asked = clientauth(typed, cwd=tmp_path)
    assert 2 == asked.returncode
    assert meant in asked.stderr


def test_list_is_the_catalogue(tmp_path: Path) -> None:
    """``list --json`` gives name, title and topic of every scenario, in order."""
    listed = json.loads(clientauth("list", "--json", cwd=tmp_path).stdout)
    expected = [{"name": s.name, "title": s.title, "topic": s.topic} for s in catalogue.values()]
    assert expected == listed


def test_list_in_a_pipe_has_no_colours(tmp_path: Path) -> None:
    """What is piped is plain text, and with ``--all`` names every scenario with its title."""
    listed = clientauth("list", "--all", cwd=tmp_path).stdout
    assert "\x1b" not in listed
    for name, scenario in catalogue.items():
        assert re.search(rf"^  {re.escape(name)} +{re.escape(scenario.title)}$", listed, re.MULTILINE)


def test_run_json_has_the_documented_keys(tmp_path: Path) -> None:
    """``run --json`` prints one document with every key that the documentation names."""
    document = json.loads(clientauth("run", "certificate-expired", "--json", cwd=tmp_path).stdout)
    assert {
        "scenario": "certificate-expired",
        "tls": "1.3",
        "negotiated": "1.3",
        "as_expected": True,
        "level": "REFUSED",
        "refused_at": "tls",
        "alert": {"name": "certificate_expired", "code": 45, "sender": "server"},
        "decisive_check": "validity",
        "judged_by": "server",
        "client": {
            "handshake": "ok",
            "believed_when_handshake_returned": "CLIENT_AUTHENTICATED",
            "believes": "REFUSED",
            "peer": None,
            "saw": "alert",
        },
        "server": {
            "handshake": "failed",
            "standing_when_handshake_returned": None,
            "standing": "refused",
            "peer": None,
        },
    } == {key: value for key, value in document.items() if key not in {"messages", "trace"}}
    assert ["ClientHello", "ServerHello", "EncryptedExtensions", "CertificateRequest"] == [
        message["name"] for message in document["messages"][:4]
    ]
    assert {"sender", "name", "length", "encrypted"} == set(document["messages"][0])


def test_run_tells_the_story(tmp_path: Path) -> None:
    """``run`` tells the story in the given width, and ``--step`` without a terminal does not wait."""
    told = clientauth("run", "no-certificate-lower-level", "--tls", "1.2", "--width", "80", cwd=tmp_path)
    stepped = clientauth(
        "run", "no-certificate-lower-level", "--tls", "1.2", "--width", "80", "--step", cwd=tmp_path
    )
    assert 0 == told.returncode == stepped.returncode
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert told.stdout.split() == stepped.stdout.split()
    assert "CertificateRequest" in told.stdout


def test_help_of_export_names_every_form(tmp_path: Path) -> None:
    """The help of export names every suffix that can be written."""
    shown = clientauth("export", "--help", cwd=tmp_path).stdout
    assert [] == [suffix for suffix in RUN_SUFFIXES if suffix not in shown]


def test_set_changes_one_thing_and_drops_the_expectation(tmp_path: Path) -> None:
    """``--set`` plays the changed scenario, of which nothing is expected."""
    changed = clientauth(
        "run",
        "no-certificate-refused",
        "--set",
        "server.client_authentication=optional",
        "--json",
        cwd=tmp_path,
    )
    document = json.loads(changed.stdout)
    assert (0, "SERVER_AUTHENTICATED", None) == (
        changed.returncode,
        document["level"],
        document["as_expected"],
    )


def test_a_run_that_surprises_exits_with_1(tmp_path: Path) -> None:
    """A scenario file that expects what does not come ends with status 1 and says what came."""
    (tmp_path / "wrong.toml").write_text('[expect]\nlevel = "REFUSED"\n', encoding="utf-8")
    surprised = clientauth("run", "wrong.toml", cwd=tmp_path)
    assert 1 == surprised.returncode
    assert "CLIENT_AUTHENTICATED" in surprised.stderr


def test_an_empty_file_is_the_good_handshake(tmp_path: Path) -> None:
    """An empty scenario file plays the good handshake."""
    (tmp_path / "empty.toml").touch()
    document = json.loads(clientauth("run", "empty.toml", "--json", cwd=tmp_path).stdout)
    assert ("CLIENT_AUTHENTICATED", None) == (document["level"], document["as_expected"])


BAD_COMMANDS = {
    "unknown scenario": (["run", "certificat-expired"], "certificate-expired"),
    "unknown file": (["run", "nowhere.toml"], "nowhere.toml"),
    "a folder": (["run", "folder.toml"], "folder.toml"),
    "misspelt key": (["run", "misspelt.toml"], "client_authentication"),
    "wrong type": (["run", "type.toml"], "latency_ms"),
    "broken TOML": (["run", "broken.toml"], "broken.toml"),
    "binary rubbish": (["run", "rubbish.toml"], "rubbish.toml"),
    "impossible combination": (["run", "impossible.toml"], "nobody"),
    "bad --set": (["run", "valid-certificate", "--set", "server.client_authentication"], "--set"),
    "unknown --set": (["run", "valid-certificate", "--set", "server.polic=optional"], "polic"),
    "unknown version": (["run", "valid-certificate", "--tls", "1.1"], "1.2"),
    "unknown verb": (["rum", "valid-certificate"], "run"),
    "unknown suffix": (["export", "valid-certificate", "story.bmp"], ".svg"),
    "a view of a whole run": (["export", "valid-certificate", "run.json", "--view", "ladder"], ".svg"),
    "a late unknown suffix": (["export", "valid-certificate", "story.svg", "story.bmp"], ".pcapng"),
    "no form of a matrix": (["matrix", "m.svg", "m.html", "m.txt"], ".txt or .json"),
    "no form of a comparison": (["diff", "valid-certificate", "untrusted-ca", "d.svg", "d.mmd"], ".html"),
    "missing folder": (["export", "valid-certificate", "nowhere/story.svg"], "nowhere"),
    "unknown view": (["export", "valid-certificate", "story.svg", "--view", "sequenze"], "sequence"),
    "nothing to check": (["check"], "--all"),
    "folder in the way": (["certificates", "valid-certificate", "nowhere/certificates"], "nowhere"),
    "empty password": (
        ["certificates", "valid-certificate", "out", "--password-file", os.devnull],
        "The password is empty",
    ),
    "no password": (["certificates", "valid-certificate", "out", "--form", "all"], "--password-file FILE"),
    "needless password": (
        ["certificates", "valid-certificate", "out", "--form", "chain-and-key", "--password-file", "-"],
        "chain-and-key has no password",
    ),
    "no password file": (
        ["certificates", "valid-certificate", "out", "--password-file", "nowhere"],
        "The password cannot be read",
    ),
    "password in the process list": (
        ["certificates", "valid-certificate", "out", "--password", "x"],
        "can be read by every user of the machine. Give --password-file FILE",
    ),
}


@pytest.mark.parametrize("case", some(BAD_COMMANDS, 3))
def test_bad_input_is_told_in_words(case: str, tmp_path: Path) -> None:
    """A mistake ends with status 2 and a message that names it; no traceback, nothing half-written."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "misspelt.toml").write_text('[server]\nclient_autentication = "optional"\n', encoding="utf-8")
    (tmp_path / "type.toml").write_text('[network]\nlatency_ms = "slow"\n', encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[server\n", encoding="utf-8")
    (tmp_path / "rubbish.toml").write_bytes(bytes(range(256)))
    (tmp_path / "impossible.toml").write_text('[client]\ncertificate = "nobody"\n', encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    arguments, names = BAD_COMMANDS[case]
    refused = clientauth(*arguments, cwd=tmp_path)
    assert 2 == refused.returncode
    assert names in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "" == refused.stdout
    assert before == sorted(tmp_path.rglob("*"))


def test_a_file_that_cannot_be_replaced_stays(tmp_path: Path) -> None:
    """Where the target is a folder nothing is written and the message names it."""
    (tmp_path / "story.svg").mkdir()
    refused = clientauth("export", "valid-certificate", "story.svg", cwd=tmp_path)
    assert 2 == refused.returncode
    assert "story.svg" in refused.stderr
    assert [tmp_path / "story.svg"] == list(tmp_path.iterdir())


def test_export_writes_every_form(tmp_path: Path) -> None:
    """``export`` writes each file in the form of its suffix."""
    names = ["story.svg", "story.png", "story.pdf", "story.txt", "story.json"]
    assert 0 == clientauth("export", "valid-certificate", *names, cwd=tmp_path).returncode
    starts = {".svg": b"<svg ", ".png": b"\x89PNG", ".pdf": b"%PDF", ".json": b"{"}
    for name in names:
        data = (tmp_path / name).read_bytes()
        assert data.startswith(starts.get(Path(name).suffix, b"")), name
        assert data, name


@cache
def matrix_document() -> list[dict[str, Any]]:
    """The cells of ``matrix --json``, played once in this process."""
    done = CliRunner().invoke(verbs, ["matrix", "--json", "--jobs", "1"], catch_exceptions=False)
    cells: list[dict[str, Any]] = json.loads(done.stdout)["cells"]
    return cells


def test_matrix_json_is_complete() -> None:
    """``matrix --json`` has a cell for every credential, policy and version, with the documented keys.

    Above TLS it has one for every user: there the two upper levels are reached.
    """
    cells = matrix_document()
    above = [cell for cell in cells if "+" in cell["policy"]]
    assert (10 * 5 * 2, 3 * 3 * 2) == (len(cells) - len(above), len(above))
    assert {"CLIENT_IDENTIFIED", "CLIENT_AUTHORIZED"} < {cell["level"] for cell in above}
    for cell in cells:
        assert {"credential", "policy", "tls", "scenario", "set", "level", "alert"} <= set(cell)


def test_one_client_is_shown_to_every_stack(tmp_path: Path) -> None:
    """``matrix --stacks SCENARIO`` plays its client before each stack, to a file or as a document."""
    done = clientauth("matrix", "--stacks", "certificate-expired", "--json", cwd=tmp_path)
    made = json.loads(done.stdout)["cells"]
    assert {cell["credential"] for cell in made} == {"certificate-expired"}
    assert {"gnutls", "nginx", "node"} < {cell["stack"] for cell in made}
    assert [cell["accepted"] for cell in made] == [False] * len(made)
    refused = clientauth("matrix", "certificate-expired", cwd=tmp_path)
    assert (2, "") == (refused.returncode, refused.stdout)
    assert "--stacks" in refused.stderr


def test_a_cell_of_the_matrix_can_be_played_alone(tmp_path: Path) -> None:
    """A cell's scenario with its ``--set`` comes out as the matrix says."""
    cells = matrix_document()
    for row, column in (("stolen", "unverified"), ("unknown-user", "required + map + authorise")):
        cell = next(c for c in cells if (c["credential"], c["policy"], c["tls"]) == (row, column, "1.2"))
        settings = [word for setting in cell["set"] for word in ("--set", setting)]
        played = clientauth("run", cell["scenario"], *settings, "--tls", "1.2", "--json", cwd=tmp_path)
        document = json.loads(played.stdout)
        assert (cell["level"], cell["refused_at"]) == (document["level"], document["refused_at"])


def test_certificates_are_private_and_fresh(tmp_path: Path) -> None:
    """Keys are readable by their owner alone, and two calls never give the same; with --seed they do."""
    for folder, extra in (("a", []), ("b", []), ("c", ["--seed"]), ("d", ["--seed"])):
        assert 0 == clientauth("certificates", "valid-certificate", folder, *extra, cwd=tmp_path).returncode
    key = "alice.key"
    assert stat.S_IMODE((tmp_path / "a" / key).stat().st_mode) == 0o600
    assert (tmp_path / "a" / key).read_bytes() != (tmp_path / "b" / key).read_bytes()
    assert (tmp_path / "c" / key).read_bytes() == (tmp_path / "d" / key).read_bytes()
    assert b"not secret" not in (tmp_path / "a" / "alice.pem").read_bytes()


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    """A reader that goes away (``| head -1``) causes no complaint."""
    command = f"{sys.executable} -m simulator run valid-certificate | head -1"
    told = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "" == told.stderr


def test_a_terminal_that_knows_only_ascii_is_spared(tmp_path: Path) -> None:
    """Where the output cannot show a sign, an ASCII one or an escape stands there and nothing fails."""
    told = clientauth("run", "valid-certificate", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert 0 == told.returncode
    assert told.stdout.isascii()


@pytest.mark.parametrize(
    "words",
    [
        ("run", "valid-certificate", "--step", "--json"),
        ("demo", "--present", "--quiet"),
        ("demo", "--present", "--width", "100"),
        ("demo", "--present", "--stories"),
    ],
)
def test_options_that_do_not_go_together_are_told(words: tuple[str, ...], tmp_path: Path) -> None:
    """One of them would be passed over in silence, so neither is done."""
    asked = clientauth(*words, cwd=tmp_path)
    assert 2 == asked.returncode
    assert words[-2 if words[-1].isdigit() else -1] in asked.stderr
    assert "" == asked.stdout
    assert [] == list(tmp_path.iterdir())
