"""From an error text to its possible causes, the likeliest first.

A text is compared line by line with every measured text, both in their normal form. The measured texts that
are nearest to any of its lines are candidates. Texts that have more in common with the whole text come first,
and rare lines count more than lines that follow every failure.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from simulator.error_texts.alert_names import BARE, alert_in, has_bare_name, spellings_in
from simulator.error_texts.causes import Cause, Caution, causes, cautions
from simulator.error_texts.normal_form import GAP, MOST_OF_A_LINE, normal_lines
from simulator.error_texts.table import programs
from simulator.tls.wire.alerts import AlertDescription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.error_texts.table import Program, Seen
    from simulator.tls.wire.version import Side

ALIKE = 0.6  # below it two lines have only the frame in common: "error: ssl routines: …"
IN_COMMON = 0.5  # of the rarity of the words of either line: less cannot make two lines alike
AS_NEAR = 0.06  # a line this much less alike than the nearest is still as good: another program's prefix
MOST_LINES = 500  # of a log: its last ones, where the error is; takes half a second
LEAST_OF_A_PART = 8  # characters of a fragment that may be looked for inside a line: "has expired"
LAST = (0.0, 0)  # a rank behind that of every text with something in common
UNKNOWN = 1.0  # the rarity of a word that no measured text has: a name of a program or a host
_WORD = re.compile(r"[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Match:
    """A possible cause of a text.

    Attributes:
        cause: the cause.
        side: the side whose program prints the text.
        programs: the programs that print it for this cause, the nearest text first; empty if every known
            program has other words for the alert in it. For a cause that is known from its alert alone, the
            programs that send this alert.
        by_alert: True if it is known from its alert alone.
    """

    cause: Cause
    side: Side
    programs: tuple[str, ...]
    by_alert: bool = False

    @property
    def cited(self) -> tuple[str, ...]:
        """Those of the programs whose texts are cited, and were not measured."""
        return tuple(
            program.name
            for program in programs()
            if program.cited and program.side == self.side and program.name in self.programs
        )


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An error text with everything known of it.

    Attributes:
        text: the text as it was given.
        normalised: its normal form.
        matches: its possible causes, the likeliest first; empty for an unknown text.
        alert: the alert that it names, or None.
        nearest: that alert, or else the one whose name is nearest to the text, or None.
        cautions: where the text misleads.
    """

    text: str
    normalised: str
    matches: tuple[Match, ...]
    alert: AlertDescription | None
    nearest: AlertDescription | None
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A measured or cited text in its normal form, and how it spells the alerts that it names."""

    program: Program
    lines: tuple[str, ...]
    causes: frozenset[str]
    spellings: frozenset[tuple[int, str]]

    def has(self, lines: Sequence[str]) -> bool:
        """Return True if it has every one of some lines, whole or as parts of longer ones."""
        return all(not _lines_that_have(line).isdisjoint(self.lines) for line in lines)


@dataclass(frozen=True, slots=True)
class _Index:
    """The measured texts, made ready once.

    Attributes:
        texts: every text.
        weights: each line with its rarity: how few causes it was seen for.
        lines_with: each word with the lines that have it.
        rarity: each word with its rarity: how few lines have it.
        whole: each line with the rarity of all its words.
    """

    texts: tuple[_Text, ...]
    weights: dict[str, float]
    lines_with: dict[str, list[str]]
    rarity: dict[str, float]
    whole: dict[str, float]


def look_up(text: str, side: Side | None = None) -> Diagnosis:
    """The possible causes of an error text.

    Args:
        text: what a program printed, a line of it, or part of a log.
        side: the side whose program printed it; None if unknown.
    """
    last = "\n".join(line[:MOST_OF_A_LINE] for line in text.split("\n")[-MOST_LINES:])
    lines = normal_lines(last)
    normalised = "\n".join(lines)
    alert = alert_in(normalised)
    seen = _by_text(lines, side, spellings_in(last))
    sides: set[Side] = {match.side for match in seen} or {side or "client"}
    also = _by_alert(alert, {match.cause.name for match in seen}) if alert and "client" in sides else []
    return Diagnosis(
        text=text,
        normalised=normalised,
        matches=(*seen, *also),
        alert=alert,
        nearest=alert or _nearest_alert(normalised),
        cautions=tuple(caution for caution in cautions() if caution.concerns(normalised)),
    )


def _by_text(lines: Sequence[str], side: Side | None, spellings: frozenset[tuple[int, str]]) -> list[Match]:
    """The causes of the texts of a side that are nearest to the lines.

    The programs are those that print all of the lines; if none does, those of the nearest texts. One that has
    other words for the alert in them, as GnuTLS has for OpenSSL's, prints something else.
    """
    index = _index()
    near: dict[str, float] = {}  # measured line → how alike the nearest given line is
    known = 0.0  # the weight of the given lines that are known
    for line in dict.fromkeys(lines):
        nearest = _nearest_lines(line)
        near.update({one: max(value, near.get(one, 0.0)) for one, value in nearest.items()})
        known += max(((value, index.weights[one]) for one, value in nearest.items()), default=(0.0, 0.0))[1]
    found: dict[tuple[str, Side], dict[str, tuple[float, int]]] = defaultdict(dict)
    nearest_of: dict[tuple[str, Side], dict[str, None]] = defaultdict(dict)
    printing: dict[tuple[str, Side], dict[str, None]] = defaultdict(dict)
    for text in index.texts:
        if side not in (None, text.program.side):
            continue
        in_these_words = spellings <= text.spellings
        if in_these_words and text.has(lines):
            for cause in text.causes:
                printing[cause, text.program.side][text.program.name] = None
        common = sum(near.get(line, 0.0) * index.weights[line] for line in text.lines)
        if not common:
            continue
        rank = (-2 * common / (known + sum(index.weights[line] for line in text.lines)), len(text.causes))
        for cause in text.causes:
            of_cause = found[cause, text.program.side]
            of_cause[text.program.name] = min(rank, of_cause.get(text.program.name, rank))
            if in_these_words:
                nearest_of[cause, text.program.side][text.program.name] = None
    named = {
        key: tuple(sorted(printing.get(key, nearest_of[key]), key=lambda name: ranks.get(name, LAST)))
        for key, ranks in found.items()
    }
    return _ranked(found, named)


def _nearest_lines(given: str) -> dict[str, float]:
    """The measured lines that are most like a given one, with how much alike they are."""
    index = _index()
    words = _words_of(given)
    common: dict[str, float] = defaultdict(float)
    for word in words:
        for line in index.lines_with.get(word, ()):
            common[line] += index.rarity[word]
    whole = sum(index.rarity.get(word, UNKNOWN) for word in words)
    alike = {
        line: _alikeness(line, given, value / (index.whole[line] + whole - value))
        for line, value in common.items()
        if value >= IN_COMMON * min(index.whole[line], whole)
    }
    best = max(alike.values(), default=0.0)
    return {line: value for line, value in alike.items() if value >= max(ALIKE, best - AS_NEAR)}


@lru_cache(maxsize=MOST_LINES)
def _lines_that_have(given: str) -> frozenset[str]:
    """The measured lines that have a given one, whole or as a part."""
    return frozenset(line for line in _index().weights if line == given or _is_part(given, line))


def _ranked(
    found: dict[tuple[str, Side], dict[str, tuple[float, int]]],
    named: dict[tuple[str, Side], tuple[str, ...]],
) -> list[Match]:
    """The matches in order: the nearest text, then the text with fewest causes, then the commonest cause."""
    order = {name: place for place, name in enumerate(causes())}
    best: dict[str, tuple[tuple[float, int], int, Side]] = {}
    for (name, side), seen in found.items():
        key = (min(seen.values()), order[name], side)
        best[name] = min(best.get(name, key), key)
    return [
        Match(causes()[name], side, named[name, side])
        for name, (_, _, side) in sorted(best.items(), key=lambda item: item[1])
    ]


def _by_alert(alert: AlertDescription, known: set[str]) -> list[Match]:
    """Further causes for which some server sends this alert, whatever its peer printed."""
    senders: dict[str, list[str]] = defaultdict(list)
    for program in programs():
        for one in program.seen:
            for name in one.causes.split() if one.alert == alert.rfc_name else ():
                if name not in known and program.name not in senders[name]:
                    senders[name].append(program.name)
    return [
        Match(cause, "client", tuple(senders[name]), by_alert=True)
        for name, cause in causes().items()
        if name in senders
    ]


def _alikeness(measured: str, given: str, words_in_common: float) -> float:
    """The likeness of two lines, from 0 to 1.

    A measured line that stands in the given one counts by the part of it that it covers: a log puts more
    before it. So does a fragment that stands in a measured line. Else the words in common count, by rarity.
    """
    if measured == given:
        return 1.0
    part = 0.7 + 0.3 * len(given) / len(measured) if _is_part(given, measured) else 0.0
    return max(_covered(measured, given), part, words_in_common)


def _covered(measured: str, given: str) -> float:
    """The part of the given line that the measured one covers, or 0 if it does not stand there whole."""
    place, length = 0, 0
    for piece in measured.split(GAP):
        place = given.find(piece, place)
        if place < 0:
            return 0.0
        place += len(piece)
        length += len(piece)
    return length / max(len(given.replace(GAP, "")), 1)


def _is_part(given: str, measured: str) -> bool:
    """Return True if a fragment of some length stands in a measured line, not cutting a word."""
    place = measured.find(given) if len(given) >= LEAST_OF_A_PART else -1
    around = measured[:place][-1:] + measured[place + len(given) :][:1]
    return place >= 0 and not any(map(str.isalnum, around))


def _words_of(line: str) -> list[str]:
    """The words of a line, each once, in order: sums of floats would differ otherwise."""
    return [word for word in dict.fromkeys(word.strip(".") for word in _WORD.findall(line)) if word]


@cache
def _index() -> _Index:
    texts = tuple(
        _Text(
            program,
            tuple(normal_lines(text)),
            frozenset(one.causes.split()),
            spellings_in(text) | ({BARE} if has_bare_name(text) else set()),
        )
        for program in programs()
        for one in program.seen
        for text in _texts_of(one)
    )
    causes_of: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for line in text.lines:
            causes_of[line] |= text.causes
    words = {line: _words_of(line) for line in causes_of}
    lines_with: dict[str, list[str]] = defaultdict(list)
    for line, of_line in words.items():
        for word in of_line:
            lines_with[word].append(line)
    rarity = {word: math.log2(1 + len(words) / len(lines)) for word, lines in lines_with.items()}
    return _Index(
        texts,
        weights={line: math.log2(1 + len(causes()) / len(names)) for line, names in causes_of.items()},
        lines_with=lines_with,
        rarity=rarity,
        whole={line: sum(rarity[word] for word in of_line) for line, of_line in words.items()},
    )


def _texts_of(seen: Seen) -> list[str]:
    """The texts that a person may have before them: the line, or the page of a browser."""
    return [text for text in (seen.text, seen.page.replace(" / ", "\n")) if text]


def _nearest_alert(normalised: str) -> AlertDescription | None:
    """The alert whose name has most words in common with a text, or None."""
    words = {word for part in _words_of(normalised) for word in part.split("_")}

    def common(alert: AlertDescription) -> float:
        name = set(alert.rfc_name.split("_"))
        return len(name & words) / len(name)

    best = max(AlertDescription, key=common)
    return best if common(best) >= 0.5 else None  # one of two words
