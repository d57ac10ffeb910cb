"""The worked commands of the README: what they print now, in the place of what stands there.

``python -m tests.readme`` writes it. A line ``…`` stands for any number of lines, so a long output can be
quoted in part; each quoted part has to be there, in order.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from pathlib import Path

from tests.peers import ROOT
from tests.processes import Process

README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ (clientauth [^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GAP = "…"


def printed(command: str) -> str:
    """What a command prints, on both streams, in 80 columns without colour."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        with Path(os.devnull).open() as nothing:
            process = Process(
                *shlex.split(command)[1:],
                streams=(nothing.fileno(), out.fileno(), out.fileno()),
                cwd=Path(folder),
                environment={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "NO_COLOR": "1"},
            )
            process.wait()
        out.seek(0)
        return out.read().decode("utf-8")


def quoted_rightly(quoted: str, output: str) -> bool:
    """Return True if every quoted part stands in the output, in order."""
    at = 0
    parts = [part.strip("\n") for part in re.split(rf"^{GAP}$", quoted, flags=re.MULTILINE)]
    if len(parts) == 1:
        return parts[0] == output.strip("\n")
    for part in parts:
        found = output.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def current(text: str) -> str:
    """The README with whole outputs as they are now; quotations in part are left alone."""

    def renew(block: re.Match[str]) -> str:
        command, quoted = block.groups()
        if GAP in quoted.splitlines():
            return block[0]
        return f"```console\n$ {command}\n{printed(command).rstrip()}\n```"

    return BLOCK.sub(renew, text)


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
