"""The lines of a TOML text on which its keys stand, for messages.

tomllib does not report them. It has parsed the text before, so only the outline is followed here: headers,
keys, and the end of each value.
"""

from __future__ import annotations

import re

from simulator.scenario.mistake import KEY_PATH, Path, split_path

# Text, not compiled here: only a file with mistakes needs them.
_HEADER = r"\[\[?"
_BLANK = r"(?:[ \t\r\n]|#[^\n]*)+"
# A value goes on to the end of its line, and further while a bracket or a long string is open.
_VALUE_PART = (
    r'(?s:"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'|#[^\n]*|[^\"'#\n\[\]{}]+|.)"
)


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) on which each table and each key begins, by its path: ``schedule``, ``2``, ``at``.

    Args:
        text: a valid TOML document. The keys of an inline table are left out: they are part of a value.
    """
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}  # the number of the last table of each array, from 1
    table: Path = ()
    position, line, counted = 0, 1, 0
    while position < len(text):
        if blank := re.compile(_BLANK).match(text, position):
            position = blank.end()
            continue
        line, counted = line + text.count("\n", counted, position), position
        header = re.compile(_HEADER).match(text, position)
        key = re.compile(KEY_PATH).match(text, header.end() if header else position)
        path = (() if header else table) + (split_path(key[0]) if key else ())
        if header:
            path = table = _numbered(path, arrays, begins=header[0] == "[[")
        for depth in range(1, len(path) + 1):
            lines.setdefault(path[:depth], line)
        position = _end_of_value(text, position)
    return lines


def _numbered(path: Path, arrays: dict[Path, int], *, begins: bool) -> Path:
    """The path of a table's header, with the number of the table behind the name of each array."""
    found: Path = ()
    for depth, key in enumerate(path, start=1):
        found += (key,)
        if begins and depth == len(path):
            arrays[found] = arrays.get(found, 0) + 1
        if found in arrays:
            found += (str(arrays[found]),)
    return found


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of a key, else of the innermost table around it, or None."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return None


def _end_of_value(text: str, position: int) -> int:
    depth = 0
    while position < len(text):
        part = re.compile(_VALUE_PART).match(text, position)
        if part is None or (part[0] == "\n" and depth <= 0):
            break
        depth += (part[0] in "[{") - (part[0] in "]}")
        position = part.end()
    return position
