"""A view reads a trace and nothing else: it is drawn from a file where there is no crypto library."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.peers import ROOT
from tests.played import RUNS, run_of, some
from tests.views.every_view import digests

if TYPE_CHECKING:
    from pathlib import Path


def test_every_view_is_drawn_from_json_alone(tmp_path: Path) -> None:
    """Without cryptography, every view of every trace file has the bytes of the view of the live run."""
    traces = {f"{name} {tls}": run_of(name, tls).trace for name, tls in some(sorted(RUNS), 7)}
    for name, trace in traces.items():
        (tmp_path / f"{name}.json").write_text(trace.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "tests.views.every_view", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        expected = digests(dict(sorted(traces.items())))  # meanwhile
        drawn, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    found = json.loads(drawn)
    assert found.keys() == expected.keys()
    assert [] == [what for what in expected if found[what] != expected[what]]


def test_the_library_is_really_blocked() -> None:
    """In the process of the proof, cryptography cannot be imported."""
    program = (
        "import sys; from tests.views.every_view import Blocked; sys.meta_path.insert(0, Blocked())\n"
        "import cryptography"
    )
    command = [sys.executable, "-c", program]
    tried = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, text=True, timeout=60)
    assert "blocked: a view must not need it" in tried.stderr
