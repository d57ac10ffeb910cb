"""Text of TOML files from outside: read with a bound, every mistake in words, and the line of each key.

Scenario files and files of questions come this way. The bounds are here, each with its reason. tomllib does
not report the lines of keys. It has parsed the text before, so only the outline is followed for them:
headers, keys, and the end of each value.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from simulator.scenario.mistakes.mistake import DEEPEST_KEY, KEY, KEY_PATH, Path, split_path

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from simulator.errors import SimulatorError

LARGEST_FILE_BYTES = 262_144  # 250 times the longest of the catalogue; the worst such file is read in 2 s
MOST_DIGITS = 4_300  # of a number: Python reads no more, since the time grows with the square
TOML_ADVICE = "Correct the file; it is written as TOML, see https://toml.io."
_DEEP_KEY = rf"(?<![A-Za-z0-9_-])(?:{KEY}[ \t]*\.[ \t]*){{{DEEPEST_KEY}}}"
_LONG_NUMBER = rf"[0-9_]{{{MOST_DIGITS + 1}}}"
_SYNTAX_PLACE = r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"

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


def read_text(path: FilePath, kind: str, error: type[SimulatorError]) -> str:
    """The text of a TOML file.

    Args:
        path: a file in UTF-8 of at most 256 KiB; some editors begin it with a mark, which is left out.
        kind: what the file is, as in ``scenario file``.
        error: the class of the errors.

    Raises:
        SimulatorError: of the class ``error``: the file cannot be read, is too large, or is no text in UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        reason = "it is a directory" if path.is_dir() else getattr(problem, "strerror", None) or str(problem)
        message = f"The {kind} {path} cannot be read: {reason}."
        raise error(message, expected="a TOML file", advice="Give the path of a .toml file.") from problem
    if len(content) > LARGEST_FILE_BYTES:
        message = f"{path} is too large for a {kind}."
        got, expected = f"more than {LARGEST_FILE_BYTES} bytes", f"at most {LARGEST_FILE_BYTES} bytes"
        raise error(message, got=got, expected=expected, advice="Leave out what is not needed.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{path} is not text in UTF-8: byte {problem.start} is 0x{content[problem.start]:02x}."
        raise error(message, expected=f"a {kind} in TOML", advice="Save it as UTF-8.") from problem


def parsed(text: str, source: str, error: type[SimulatorError]) -> dict[str, Any]:
    """The tables of a TOML text.

    Args:
        text: the text.
        source: the file's name in messages.
        error: the class of the errors.

    Raises:
        SimulatorError: of the class ``error``: it is not TOML, or nested too deeply.
    """
    too_deep = error(
        f"{source}: keys or brackets are nested too deeply.",
        expected=f"tables and lists, at most {DEEPEST_KEY} levels deep",
        advice="Look for a bracket that was meant to close.",
    )
    if re.search(_DEEP_KEY, text):
        raise too_deep
    try:
        return tomllib.loads(text)
    except RecursionError as problem:
        raise too_deep from problem
    except ValueError as problem:  # TOMLDecodeError is one, and so is a date that does not exist
        match = re.fullmatch(_SYNTAX_PLACE, str(problem))
        if match is None and (long := re.search(_LONG_NUMBER, text)):
            line = text.count("\n", 0, long.start()) + 1
            message = f"{source}:{line}: a number is too long for TOML."
            raise error(message, expected=f"at most {MOST_DIGITS} digits", advice=TOML_ADVICE) from problem
        if match is None:
            raise error(f"{source}: this is not TOML: {problem}.", advice=TOML_ADVICE) from problem
        at_end = (text.count("\n") + 1, len(text.split("\n")[-1]) + 1)
        line, column = (int(match["line"]), int(match["column"])) if match["line"] else at_end
        message = f"{source}:{line}:{column}: this is not TOML: {match['what']}."
        raise error(message, advice=TOML_ADVICE) from problem


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
