"""The notebooks of a command: all of a folder, or those whose names begin as given."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Sequence


HERE = Path(__file__).resolve().parent


class NoNotebookError(SimulatorError):
    """There is no notebook of that name."""


def notebooks(folder: Path) -> list[Path]:
    """The notebooks of a folder in their order."""
    return sorted(folder.glob("[0-9][0-9]-*.ipynb"))


def chosen(folder: Path, beginnings: Sequence[str]) -> list[Path]:
    """The notebooks whose names begin so, in their order, or all of them without beginnings.

    Raises:
        NoNotebookError: the folder has none, or none that begins so.
    """
    found = notebooks(folder)
    if not found:
        raise NoNotebookError(f"The folder {folder} has no notebooks.", expected="files like 01-name.ipynb")
    for beginning in beginnings:
        if not any(path.name.startswith(beginning) for path in found):
            raise NoNotebookError(
                "Unknown notebook.",
                got=repr(beginning),
                expected=", ".join(path.stem for path in found),
                advice="The number is enough, with its zero: 01.",
            )
    return [path for path in found if not beginnings or path.name.startswith(tuple(beginnings))]


def command_line(script: str, does: str, target: Path | None, target_words: str) -> argparse.ArgumentParser:
    """The arguments of a script that works on notebooks: beginnings of names, source, target.

    Args:
        script: its file name.
        does: what it does, in a sentence.
        target: the default folder for results, or None for the folder of the notebooks.
        target_words: the same in words.
    """
    parser = argparse.ArgumentParser(prog=script, description=does)
    parser.add_argument(
        "beginnings", nargs="*", metavar="NAME", help="how the names begin: 03; all if absent"
    )
    parser.add_argument("--from", dest="source", type=Path, default=HERE, metavar="DIR", help="the notebooks")
    parser.add_argument("--to", dest="target", type=Path, default=target, metavar="DIR", help=target_words)
    return parser
