"""``clientauth diff`` and ``export --view``, run as a user runs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.views.view_table import VIEWS
from tests.played import some
from tests.processes import clientauth

if TYPE_CHECKING:
    from pathlib import Path

GOOD, EXPIRED = "valid-certificate", "certificate-expired"


def test_diff_tells_two_runs_in_two_columns(tmp_path: Path) -> None:
    """Without a file the comparison is told on the terminal, within its width, without colours in a pipe."""
    shown = clientauth("diff", GOOD, EXPIRED, "--width", "80", cwd=tmp_path)
    assert 0 == shown.returncode
    assert "── first divergence ─" in shown.stdout
    assert "validity fails" in " ".join(shown.stdout.split())
    assert "\x1b" not in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert [] == list(tmp_path.iterdir())


def test_diff_of_two_versions_is_one_document(tmp_path: Path) -> None:
    """``--json`` prints the divergence and nothing else; each run has the version it was given."""
    shown = clientauth("diff", EXPIRED, EXPIRED, "--tls-a", "1.2", "--json", cwd=tmp_path)
    document = json.loads(shown.stdout)
    assert ("1.2", "1.3") == (document["a"]["negotiated"], document["b"]["negotiated"])
    assert "server" == document["divergence"]["actor"]
    assert [{"where": "TLS version", "a": "1.2", "b": "1.3"}] == document["settings"]
    assert 1 == sum(row["a"] == document["divergence"]["a"]["seq"] for row in document["rows"])


def test_diff_of_a_counterfactual_changes_one_side(tmp_path: Path) -> None:
    """``--set-b`` changes the second run alone, ``--set`` both."""
    setting = "server.client_authentication=optional"
    one = clientauth("diff", GOOD, GOOD, "--set-b", setting, "--json", cwd=tmp_path)
    both = clientauth("diff", GOOD, GOOD, "--set", setting, "--json", cwd=tmp_path)
    where = "server: client authentication"
    expected = [{"where": where, "a": "required", "b": "optional"}]
    assert expected == json.loads(one.stdout)["settings"]
    assert [] == json.loads(both.stdout)["settings"]


def test_diff_writes_files(tmp_path: Path) -> None:
    """Named files are written, each in the form of its suffix, and stdout stays empty."""
    shown = clientauth("diff", GOOD, EXPIRED, "a.svg", "a.txt", "a.json", "--theme", "print", cwd=tmp_path)
    assert (0, "") == (shown.returncode, shown.stdout)
    assert {"a.svg", "a.txt", "a.json"} == {path.name for path in tmp_path.iterdir()}
    assert EXPIRED == json.loads((tmp_path / "a.json").read_text())["b"]["scenario"]


def test_every_view_is_exported_by_name(tmp_path: Path) -> None:
    """``--view`` names a view for pictures and for text."""
    views = some(VIEWS, 3)
    for view in views:
        shown = clientauth("export", GOOD, f"{view}.svg", f"{view}.txt", "--view", view, cwd=tmp_path)
        assert 0 == shown.returncode, shown.stderr
        assert (tmp_path / f"{view}.svg").read_text(encoding="utf-8").startswith("<svg")
    texts = {(tmp_path / f"{view}.txt").read_text(encoding="utf-8") for view in views}
    assert len(views) == len(texts)


def test_a_wrong_view_or_message_is_told_and_writes_nothing(tmp_path: Path) -> None:
    """A view or message that does not exist ends with status 2, and says what there is."""
    for view, allowed in (("nope", "trust-graph"), ("bytes:Nope", "CertificateRequest")):
        shown = clientauth("export", GOOD, "x.svg", "--view", view, cwd=tmp_path)
        assert 2 == shown.returncode
        assert allowed in shown.stderr
        assert "Traceback" not in shown.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_picture_of_text_needs_no_drawing_library(tmp_path: Path) -> None:
    """An SVG of the sequence diagram is written where neither matplotlib nor networkx can be imported."""
    for name in ("matplotlib", "networkx"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not wanted here')\n")
    shown = clientauth("export", GOOD, "x.svg", cwd=tmp_path)
    assert 0 == shown.returncode, shown.stderr
    for view in ("timeline", "ladder", "bytes"):
        assert 0 == clientauth("export", GOOD, "x.svg", "--view", view, cwd=tmp_path).returncode
