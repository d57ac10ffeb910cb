"""Damaged traces: the documents of good ones with a random change or two, as a tool or a slip makes them."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (
    *("", "x", "client", "server", "world", "Certificate", "ClientHello", "Finished", "None", "1.2", "CN="),
    *("2030-13-45", "\x1b[2J", "\ud800", "\u65e5\u672c" * 40, "a" * 5000, "\n", "0", "<script>", "unknown"),
    *("grant", "issue"),
)
NUMBERS = (0, 1, -1, 2, 7, 255, 256, 65_535, 2**31, 2**63 - 1, -(2**62), 10**15)


def damaged(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """A copy of a trace's document with a few changes that follow from the seed."""
    draw = random.Random(seed)
    changed = copy.deepcopy(document)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        _change(changed, draw)
    if draw.random() < 0.5:  # else most changes of the list of events are refused for their numbers
        _number_again(changed)
    return changed


def _change(document: dict[str, Any], draw: random.Random) -> None:
    """Change one place: mostly a value in an event, sometimes the list of events."""
    events = document.get("events")
    if isinstance(events, list) and len(events) > 2 and draw.random() < 0.25:
        _change_list(events, draw)
        return
    places = list(_places(document, draw))
    holder, key = draw.choice(places)
    value = holder[key]
    if isinstance(value, list) and draw.random() < 0.6:
        _change_list(value, draw)
        return
    others = [h[k] for h, k in places if k == key or type(h[k]) is type(value)]
    holder[key] = draw.choice((_other(value, draw), draw.choice(others), draw.choice((None, "", 0, [], {}))))


def _places(document: dict[str, Any], draw: random.Random) -> Iterator[tuple[Any, Any]]:
    """Places of the document: those of a random event, of the setup and of the rest, by turns."""
    events = document.get("events")
    if not isinstance(events, list) or not events:
        yield from _within(document)
        return
    chosen = draw.choice((events[0], draw.choice(events), draw.choice(events), draw.choice(events), document))
    yield from _within({k: v for k, v in document.items() if k != "events"} if chosen is document else chosen)


def _within(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _within(value[key])


def _other(value: Any, draw: random.Random) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw.choice((*NUMBERS, value + 1, value - 1, -value))
    if isinstance(value, str):
        if len(value) > 3 and draw.random() < 0.5:  # bytes, mostly: flipped, cut or longer
            at = draw.randrange(len(value)) // 2 * 2
            return draw.choice((value[:at], value + value[:at], f"{value[:at]}ff{value[at + 2 :]}"))
        return draw.choice(WORDS)
    return draw.choice((None, "x", 1, [], {}))


def _change_list(items: list[Any], draw: random.Random) -> None:
    """Drop, repeat, move or reverse entries."""
    if not items:
        items.append(draw.choice(("client", 1, {})))
        return
    at, to = draw.randrange(len(items)), draw.randrange(len(items))
    match draw.randrange(5):
        case 0:
            del items[at]
        case 1:
            items.insert(to, copy.deepcopy(items[at]))
        case 2:
            items[at], items[to] = items[to], items[at]
        case 3:
            del items[at:]
        case _:
            items.reverse()


def _number_again(document: dict[str, Any]) -> None:
    """Give the events new numbers, and their causes these."""
    events = [event for event in document.get("events") or () if isinstance(event, dict)]
    numbers = {}
    for place, event in enumerate(events):
        numbers.setdefault(str(event.get("seq")), place)
        event["seq"] = place
    for event in events:
        if event.get("cause") is not None:
            event["cause"] = numbers.get(str(event["cause"]))
