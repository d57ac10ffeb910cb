"""``clientauth export`` as people use it for slides, documents and Wireshark."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from tests.played import run_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def _export(*arguments: str | Path) -> Result:
    return CliRunner().invoke(clientauth, ["export", *map(str, arguments)])


def test_one_command_writes_every_form(tmp_path: Path) -> None:
    """Diagram text, capture and slides come from one call, and each file's path is told."""
    files = [tmp_path / name for name in ("a.mmd", "a.puml", "a.pcapng")]
    result = _export("certificate-expired", *files, "--frames", tmp_path / "slides")
    slides = sorted((tmp_path / "slides").iterdir())
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [str(path) for path in (*files, *slides)]
    starts = [path.read_bytes()[:9] for path in files]
    assert starts == [b"sequenceD", b"@startuml", b"\x0a\x0d\x0d\x0a" + starts[2][4:]]
    assert {slide.suffix for slide in slides} == {".svg"}


def test_a_head_for_screen_readers_comes_on_request(tmp_path: Path) -> None:
    """``--accessible`` begins a .mmd with a title and a description; without it Mermaid 8 draws the file."""
    path = tmp_path / "a.mmd"
    heads = []
    for option in ((), ("--accessible",)):
        assert _export("certificate-expired", path, "--detail", "essential", *option).exit_code == 0
        heads.append([word in path.read_text() for word in ("title: ", "accTitle: ", "accDescr: ")])
    assert heads == [[False] * 3, [True] * 3]


def test_without_keys_leaves_them_out(tmp_path: Path) -> None:
    """``--without-keys`` writes a capture that holds none of the run's secrets; else they are inside."""
    secrets = [line.split()[-1].encode() for line in run_of("certificate-expired", "1.3").keylog]
    inside = {}
    for option in ((), ("--without-keys",)):
        path = tmp_path / f"{len(option)}.pcapng"
        assert _export("certificate-expired", path, *option).exit_code == 0
        inside[option] = [secret in path.read_bytes() for secret in secrets]
    assert inside == {(): [True] * len(secrets), ("--without-keys",): [False] * len(secrets)}


def test_the_key_log_is_a_file_of_its_own(tmp_path: Path) -> None:
    """``.keys`` holds the run's key log, line by line, and its owner alone may read it."""
    path = tmp_path / "run.keys"
    assert _export("certificate-expired", path).exit_code == 0
    assert path.read_text(encoding="ascii").splitlines() == [*run_of("certificate-expired", "1.3").keylog]
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_key_log_without_keys_is_refused(tmp_path: Path) -> None:
    """``.keys`` with ``--without-keys`` would be an empty file; the command says so and writes none."""
    result = _export("certificate-expired", tmp_path / "run.keys", "--without-keys")
    assert result.exit_code != 0
    assert "there are no secrets to write" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_is_a_mistake() -> None:
    """Without a file and without ``--frames`` the command says what to name."""
    result = _export("certificate-expired")
    assert (result.exit_code, "--frames" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (["a.svg", "missing/b.svg"], "missing/b.svg"),
        (["a.svg", "a.svg"], "named twice"),
        (["a.svg", "run.keys", "--without-keys"], "no secrets"),
        (["a.svg", "--view", "nonsense"], "Unknown view"),
        (["a.svg", "a.json", "--view", "nonsense"], "Unknown view"),
        (["a.svg", "a.mmd", "--view", "ladder"], "a.mmd cannot show the view ladder"),
        (["a.html", "--view", "bytes:Certificate"], "say --view bytes alone"),
        (["a.svg", "--frames", "missing/frames"], "cannot be made"),
    ],
)
def test_targets_are_checked_before_anything_is_played(
    targets: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that cannot be written is told at once, and no other target is written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.runs.run.simulate", None)  # a run that was played would fail otherwise
    result = _export("valid-certificate", *targets)
    assert words in str(result.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux alone")
def test_a_scenario_file_whose_name_is_no_text_is_played(tmp_path: Path) -> None:
    """The scenario's name has the odd bytes as escapes, and every form can be written."""
    path = tmp_path / os.fsdecode(b"bad\xff\x1b.toml")
    path.write_text('title = "A title"\n')
    for suffix in (".svg", ".json", ".html", ".txt"):
        assert _export(path, tmp_path / f"out{suffix}").exit_code == 0
    assert (
        json.loads((tmp_path / "out.json").read_text())["events"][0]["fact"]["scenario"]
        == "bad\\udcff\\u001b"
    )


def test_characters_that_the_font_lacks_are_named(tmp_path: Path) -> None:
    """A .png of a title in Japanese says which characters it lacks, and an .svg has them all."""
    path = tmp_path / "odd.toml"
    path.write_text('title = "\u65e5\u672c \u00e9 \U0001f469\u200d\U0001f3eb"\n', encoding="utf-8")
    said = _export(path, tmp_path / "odd.png", "--detail", "essential").stderr
    assert "has no \u65e5 (U+65E5), \u672c (U+672C)" in said
    assert "\u00e9 (" not in said
    assert "has no" not in _export(path, tmp_path / "odd.svg", "--detail", "essential").stderr
    assert "\u65e5\u672c" in (tmp_path / "odd.svg").read_text(encoding="utf-8")
    assert "has no" not in _export("valid-certificate", tmp_path / "odd.png", "--detail", "essential").stderr
