"""Where in a TOML text each key stands, for messages that name the line.

The text has been parsed before, so only its outline is followed: headers, keys, and how far a value goes.
"""

from __future__ import annotations

import re

from simulator.scenario.values import KEY, KEY_PATH

_HEADER = re.compile(r"\[\[?")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
# A value goes on to the end of its line, and further while a bracket or a long string is open.
_VALUE_PART = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'|#[^\n]*|[^\"'#\n\[\]{}]+|.",
    re.DOTALL,
)


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line (from 1) on which each table and each key begins, by its path.

    Args:
        text: a valid TOML document. What stands inside an inline table is on the line of its key.
    """
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    position, line, counted = 0, 1, 0
    while position < len(text):
        if blank := _BLANK.match(text, position):
            position = blank.end()
            continue
        line, counted = line + text.count("\n", counted, position), position
        header = _HEADER.match(text, position)
        key = KEY_PATH.match(text, header.end() if header else position)
        path = tuple(_unquoted(part) for part in re.findall(KEY, key[0])) if key else ()
        if header:
            table = path
        else:
            path = table + path
        for depth in range(1, len(path) + 1):
            lines.setdefault(path[:depth], line)
        position = _end_of_value(text, position)
    return lines


def line_of(path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> int | None:
    """The line of a key, or else of the innermost table around it; None where neither is in the text."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return None


def _unquoted(key: str) -> str:
    return key[1:-1] if key[0] in "\"'" else key


def _end_of_value(text: str, position: int) -> int:
    depth = 0
    while position < len(text):
        part = _VALUE_PART.match(text, position)
        if part is None or (part[0] == "\n" and depth <= 0):
            break
        depth += (part[0] in "[{") - (part[0] in "]}")
        position = part.end()
    return position
