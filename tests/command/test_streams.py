"""Standard output that fails, terminals without the signs, hostile text, and requests to end."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.command.cli import clientauth
from simulator.command.console import for_terminal, run_command
from simulator.views.drawing import cells
from tests.peers import ROOT

COMMANDS = (
    ["list"],
    ["list", "--json"],
    ["run", "valid-certificate", "--json"],
    ["run", "valid-certificate"],
    ["--help"],
    ["export", "--help"],
    ["--version"],
    ["glossary"],
    ["quiz"],
)
FULL = Path("/dev/full")
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and files")


def status_of(arguments: list[str], output: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run the command here, with this standard output; its status, and what standard error says."""
    told = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "argv", ["clientauth", *arguments])
        patched.setattr(sys, "stdout", output)
        patched.setattr(sys, "stderr", told)
        return run_command(clientauth), told.getvalue()


def begun(code: str, cwd: Path) -> subprocess.Popen[bytes]:
    """A Python of its own that has begun to run some code, as far as its first line of output."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"ready\n" == process.stdout.readline()
    return process


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_onto_a_full_disk_is_told(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The status is 2 with a sentence, and never that of a run that came out as expected, or did not."""
    if not FULL.exists():
        pytest.skip("there is no /dev/full here")
    with FULL.open("w", encoding="utf-8") as full:
        status, told = status_of(arguments, full, monkeypatch)
    assert (2, 1) == (status, told.count("\n"))
    assert told.startswith("clientauth: Standard output cannot be written. Got: no space left on device.")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_closed_output_is_told(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started without a standard output says so, with status 2."""
    status, told = status_of(arguments, None, monkeypatch)
    assert 2 == status
    assert "Standard output cannot be written. Got: it is closed." in told


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_is_no_mistake(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe to ``head`` the command says nothing, and its status is that of what it did."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as pipe:  # noqa: PTH123 - a number has no path
        assert (0, "") == status_of(arguments, pipe, monkeypatch)


@posix
def test_a_process_ends_as_it_says(tmp_path: Path) -> None:
    """What was left in Python's own buffers at the end of the process is told too."""
    if not FULL.exists():
        pytest.skip("there is no /dev/full here")
    for unbuffered in ("", "1"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered}
        with FULL.open("wb") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "simulator", "list", "--json"],
                cwd=tmp_path,
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (2, 1) == (ended.returncode, ended.stderr.count(b"\n"))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "certificate-expired"],
        ["diff", "valid-certificate", "certificate-expired"],
        ["glossary", "proof"],
    ],
    ids=" ".join,
)
def test_a_terminal_without_the_signs_gets_ascii(
    encoding: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the encoding lacks signs the text is drawn with others, and holds no escape."""
    output = io.TextIOWrapper(io.BytesIO(), encoding)
    status_of(arguments, output, monkeypatch)
    output.seek(0)
    shown = output.read()
    assert [] == re.findall(r"\\[uUx][0-9a-f]+", shown)
    if arguments[0] == "run":
        assert shown.count("----") > 5


def test_hostile_text_reaches_no_terminal() -> None:
    """Codes, direction marks and carriage returns become escapes; line feeds and our own colours stay."""
    hostile = "a\x1b[8mb\x1b]0;title\x07c\rd\u202ee\x9b2Jf\n"
    assert "a\\u001b[8mb\\u001b]0;title\\u0007c\\u000dd\\u202ee\\u009b2Jf\n" == for_terminal(hostile)
    for kind in cells._CODES:
        painted = cells.paint("text", kind, colour=True)
        assert painted == for_terminal(painted)


QUESTION = """["q\\u001b[2J"]
ask = "\\u001b[2J?"
scenario = "valid-certificate"
[["q\\u001b[2J".options]]
text = "yes\\u001b[8m"
claim = { level = "CLIENT_AUTHENTICATED" }
[["q\\u001b[2J".options]]
text = "no"
claim = { level = "REFUSED" }
"""


@pytest.mark.parametrize(
    ("file", "arguments"),
    [
        ('"a\\u001b[31mb" = 1', ["run"]),
        ('[server.users]\n"\\u001b]0;x\\u0007" = 1', ["run"]),
        ('title = "a\\u001bb"', ["run"]),
        (QUESTION, ["quiz", "--file"]),
        (QUESTION, ["quiz", "--check", "--file"]),
        (QUESTION, ["quiz", "q\x1b[2J", "--file"]),
        (QUESTION + "[", ["quiz", "--file"]),
    ],
)
def test_hostile_text_of_a_file_is_told_cleaned(
    file: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key, a title or a question with an escape code in it reaches the terminal as an escape."""
    path = tmp_path / "hostile\x1b[2J.toml"
    path.write_text(file, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\n"))
    output = io.TextIOWrapper(io.BytesIO(), "utf-8")
    _, told = status_of([*arguments, str(path)], output, monkeypatch)
    output.seek(0)
    shown = output.read() + told
    assert "\x1b" not in shown
    assert "\\u001b" in shown


def test_a_usage_error_is_told_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument that the shell took from the name of a file is shown as an escape too."""
    status, told = status_of(["run", "valid-certificate", "\x1b]0;x\x07"], io.StringIO(), monkeypatch)
    assert 2 == status
    assert "\x1b" not in told
    assert "\\u001b]0;x\\u0007" in told


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda one: one.name)
def test_a_request_to_end_leaves_no_hidden_file(number: int, tmp_path: Path) -> None:
    """Ended in the midst of writing a key, the command tidies up and its status names the signal."""
    writing = begun(
        "import simulator.runs.files as files, sys, time; from simulator.__main__ import main\n"
        "files.os.fsync = lambda number: (print('ready', flush=True), time.sleep(60))\n"
        "sys.argv[1:] = ['certificates', 'valid-certificate', 'keys']; main()",
        tmp_path,
    )
    writing.send_signal(number)
    assert b"Traceback" not in writing.communicate(timeout=60)[1]
    assert 128 + number == writing.returncode
    assert [] == list((tmp_path / "keys").iterdir())


@posix
def test_an_interrupt_while_the_command_is_loaded_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C during the imports ends the program as it ends any other: by the signal, without a word."""
    loading = begun(
        "import importlib.abc, sys, time\n"
        "class Slow(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'simulator.command.cli': print('ready', flush=True); time.sleep(60)\n"
        "sys.meta_path.insert(0, Slow())\n"
        "from simulator.__main__ import main; main()",
        tmp_path,
    )
    loading.send_signal(signal.SIGINT)
    assert b"" == loading.communicate(timeout=60)[1]
    assert -signal.SIGINT == loading.returncode
