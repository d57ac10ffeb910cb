"""The answer to an error text: for a terminal, and as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import joined
from simulator.tls.wire.version import PEER
from simulator.views.drawing.cells import hanging, paint, wrap_cells
from simulator.views.story.glossary import look_up
from simulator.views.story.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.error_texts.lookup import Diagnosis, Match
    from simulator.tls.wire.alerts import AlertDescription

IN_FULL = 3  # a reader goes through three causes; further ones are listed
PROGRAMS = 3  # named for a cause; a reader looks for their own, and finds its library


def document(answer: Diagnosis) -> dict[str, Any]:
    """The answer as the JSON document of ``clientauth errors``."""
    return {
        "text": answer.text,
        "normalised": answer.normalised,
        "alert": _alert(answer.alert),
        "nearest_alert": _alert(answer.nearest),
        "matches": [
            {
                "cause": match.cause.name,
                "check": match.cause.check or None,
                "programs": list(match.programs),
                "cited": list(match.cited),
                "look_at_other_side": look_at_other_side(match) or None,
                "seen_by": match.side,
                "by_alert_alone": match.by_alert,
                "words": match.cause.words,
                "remedy": match.cause.remedy,
                "command": match.cause.command or None,
            }
            for match in answer.matches
        ],
        "warnings": [caution.words for caution in answer.cautions],
    }


def look_at_other_side(match: Match) -> str:
    """The words to look for on the side that did not print the text; empty if nothing there helps."""
    return match.cause.at_server if match.side == "client" else match.cause.at_client


def _alert(alert: AlertDescription | None) -> dict[str, object] | None:
    return {"name": alert.rfc_name, "code": alert.value} if alert else None


def answer_text(answer: Diagnosis, width: int, *, coloured: bool, every: bool) -> str:
    """The answer as text, no line longer than ``width``.

    Args:
        answer: the answer.
        width: columns.
        coloured: with the terminal's colour codes.
        every: every cause in full; by default the first three, and the others in a line each.
    """
    lines = list(_head(answer, width))
    for caution in answer.cautions:
        lines += ["", *hanging("! ", caution.words, width)]
    full = len(answer.matches) if every else IN_FULL
    for number, match in enumerate(answer.matches[:full], start=1):
        lines += ["", *_cause(number, match, width, coloured=coloured)]
    if rest := answer.matches[full:]:
        lines += ["", "Also possible (--all shows them in full):"]
        for match in rest:
            lines += hanging(
                "  ", f"{match.cause.name}: {match.cause.words}{_by_alert(match)}", width, more=2
            )
    return "\n".join(lines)


def _head(answer: Diagnosis, width: int) -> Iterator[str]:
    if answer.matches:
        count = plural(len(answer.matches), "possible cause")
        yield from wrap_cells(f"{count}{', the likeliest first' if len(answer.matches) > 1 else ''}.", width)
    else:
        words = "This text is unknown: no program that was measured or cited prints one like it."
        yield from wrap_cells(f"{words} Give more of its lines, above all the first that says error.", width)
    shown = answer.alert or (None if answer.matches else answer.nearest)
    if shown:
        name = f"{shown.rfc_name} ({shown.value})"
        yield from wrap_cells(f"{'The alert' if answer.alert else 'The nearest alert'}: {name}.", width)
        yield from hanging("  ", look_up(shown.rfc_name).text, width)


def _cause(number: int, match: Match, width: int, *, coloured: bool) -> Iterator[str]:
    cause, mark = match.cause, f"{number}. "
    first, *rest = hanging(mark, cause.words, width)
    yield paint(first, "strong", colour=coloured)
    yield from (paint(line, "strong", colour=coloured) for line in rest)
    facts = [
        ("Alert of" if match.by_alert else f"Text of the {match.side}", _programs(match)),
        (f"At the {PEER[match.side]}", look_at_other_side(match)),
        ("To do", cause.remedy),
        ("Check", cause.check),
        ("Play it", cause.command),
    ]
    for label, words in facts:
        if words:
            yield from hanging(f"{' ' * len(mark)}{label}: ", words, width, more=-len(label))


def _by_alert(match: Match) -> str:
    return f" (the alert of {_programs(match)})" if match.by_alert else ""


def _programs(match: Match) -> str:
    """The first programs of a cause, each with what is to be known of its text."""
    names = [
        f"{name} (cited, not measured)" if name in match.cited else name for name in match.programs[:PROGRAMS]
    ]
    return joined([*names, *(["others"] if len(match.programs) > PROGRAMS else [])], "and")
