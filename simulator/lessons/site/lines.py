"""Documents as lines of text; lines that several have stand once, in a table that all pages share.

Runs are much alike, so their documents are. A document is JSON with a line for each small value, and its
pictures are numbers and texts: a number that says how far down, or how late, is relative to the one before,
so what moved together is alike. Compression would take as much, but its bytes differ from one zlib
to the next, and no reader of the page could follow them.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import cycle, groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WIDEST = 120  # characters; a longer value gets a line for each of its parts
LEAST = 3  # characters; a shorter line is no longer than its number in the table
AGAIN = 6  # lines; fewer that a document repeats are found in the table as quickly
CANDIDATES = 8  # places at which repeated lines are looked for, the latest first; more gain nothing
PLAIN, DOWN, LATER = "~", "^", "@"  # what stands for a number in a shape: as it is, relative y, relative seq
_MARKS = {"data-seq": (LATER,), "y": (DOWN,), "y1": (DOWN,), "y2": (DOWN,), "points": (PLAIN, DOWN)}
_NUMBERS = re.compile(r'(?<= )(data-seq|x[12]?|y[12]?|width|height|points)="([^"<]*)"')


class Shapes:
    """The elements of pictures without their numbers and texts, each once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def rows(self, markup: str) -> list[list[float] | str]:
        """A picture as rows: a shape with its numbers, or the text that follows."""
        rows: list[list[float] | str] = []
        last: dict[str, float] = {}
        for line in markup.rstrip("\n").split("\n"):
            head, end, text = line.partition(">")
            shape, numbers = _apart(head, last)
            place = self._places.setdefault(shape + end, len(self._places))
            rows += [[place, *numbers], text] if text else [[place, *numbers]]
        return rows

    def script(self) -> str:
        """The shapes as a script of the pages."""
        return _script("shapes", self._places)


class Lines:
    """The lines that at least so many of these texts have, in the order in which they are first packed.

    Args:
        texts: the lines of every document.
        least: how many documents must have a line, for it to stand in the table.
    """

    def __init__(self, texts: Iterable[Sequence[str]], least: int = 2) -> None:
        counts = Counter(line for lines in texts for line in set(lines))
        self._shared = {line for line, times in counts.items() if times >= least and len(line) >= LEAST}
        self._places: dict[str, int] = {}

    def packed(self, lines: Sequence[str]) -> str:
        """A document: ``=3,7-9`` stands for lines of the table, ``@7-90`` for its own earlier lines."""
        parts: list[tuple[str, range | str]] = []
        seen: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        at = 0
        while at < len(lines):
            again = _repeated(lines, at, seen)
            if len(again) >= AGAIN:
                parts.append(("@", again))
            else:
                again = range(1)
                parts.append(self._part(lines[at]))
            for past in range(at, at + len(again)):
                seen[tuple(lines[past : past + 2])].append(past)
            at += len(again)
        return "\n".join(_references(parts))

    def _part(self, line: str) -> tuple[str, range | str]:
        """A line: its place in the table, or itself."""
        if line not in self._shared:
            return "", line
        place = self._places.setdefault(line, len(self._places))
        return "=", range(place, place + 1)

    def table(self) -> str:
        """The table, a line of it on each line."""
        return "\n".join(self._places)

    def script(self) -> str:
        """The table as a script of the pages."""
        return _script("lines", self._places)


def _apart(head: str, last: dict[str, float]) -> tuple[str, list[float]]:
    """The head of an element with marks in place of its numbers, and the numbers; ``last`` goes along."""
    numbers: list[float] = []

    def marked(found: re.Match[str]) -> str:
        marks = cycle(_MARKS.get(found[1], (PLAIN,)))

        def mark(number: re.Match[str]) -> str:
            kind, value = next(marks), float(number[0])
            numbers.append(_short(value - last.get(kind, 0.0)))
            if kind != PLAIN:
                last[kind] = value
            return kind

        return f'{found[1]}="{re.sub(r"-?[0-9.]+", mark, found[2])}"'

    return _NUMBERS.sub(marked, head), numbers


def json_lines(value: Any) -> list[str]:
    """A value as the lines of a JSON text: a line for each small part; ``<`` is escaped."""
    if isinstance(value, dict):
        parts: list[tuple[str, Any]] = [(f"{_text(key)}:", part) for key, part in value.items()]
        opened, closed = "{}"
    elif isinstance(value, list | tuple):
        parts = [("", part) for part in value]
        opened, closed = "[]"
    else:
        return [_text(value)]
    if not any(isinstance(part, list | tuple | dict) for _, part in parts):
        whole = _text(value)
        if len(whole) <= WIDEST:
            return [whole]
    lines: list[str] = []
    for key, part in parts:
        inner = json_lines(part)
        inner[0] = key + inner[0]
        inner[-1] += ","
        lines += inner
    lines[0] = opened + lines[0]
    lines[-1] = lines[-1].removesuffix(",") + closed
    return lines


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str:
    """The value as JSON that may stand in a script element, and between backticks."""
    text = _ENCODER.encode(value)
    return text.replace("<", "\\u003c").replace("`", "\\u0060").replace("${", "\\u0024{")


def _short(number: float) -> float:
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _repeated(lines: Sequence[str], at: int, seen: Mapping[tuple[str, ...], list[int]]) -> range:
    """The longest stretch before ``at`` that the lines from there on repeat."""
    best = range(0)
    for start in seen.get(tuple(lines[at : at + 2]), ())[-CANDIDATES:]:
        count = 2
        while at + count < len(lines) and start + count < at and lines[at + count] == lines[start + count]:
            count += 1
        best = max(best, range(start, start + count), key=len)
    return best


def _references(parts: Iterable[tuple[str, range | str]]) -> Iterator[str]:
    """The lines of a packed document; references of one kind that follow one another share a line."""
    for kind, group in groupby(parts, lambda part: part[0]):
        spans: list[range] = []
        for _, part in group:
            if isinstance(part, str):
                yield part
            elif kind == "=" and spans and spans[-1].stop == part.start:  # "@" may name lines just copied
                spans[-1] = range(spans[-1].start, part.stop)
            else:
                spans.append(part)
        if spans:
            yield kind + ",".join(
                f"{span[0]}-{span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans
            )


def _script(name: str, lines: Iterable[str]) -> str:
    """Lines as a script; in a raw template literal they look as they are."""
    body = "\n".join(lines)
    return f'globalThis.clientauth ??= {{}};\nclientauth.{name} = String.raw`{body}`.split("\\n");\n'
