"""The bytes of one message: field by field, with offset, hexadecimal and meaning.

For a CertificateVerify the picture goes on with what is signed: the transcript, its hash, and in TLS 1.3
the 64 spaces and the context string before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.cells import shorten, wrap_cells
from simulator.views.drawing.display import Box, Drawing
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import detail_named
from simulator.views.pictures.page import blank, finished, run_head, text_head
from simulator.views.pictures.signed_bytes import PITCH, draw_signed, put_hex, signed_lines, signed_words
from simulator.views.story.lanes import opening, run_title
from simulator.views.story.message_bytes import (
    PER_ROW,
    Signed,
    chosen_message,
    fields_of,
    hex_rows,
    signed_by,
)
from simulator.views.story.reading import version_of
from simulator.views.story.words import PROTECTION_WORDS, clean, moment, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.tls.wire.codec import Field
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

OFFSET, HEX, NAME, MEANING = 74.0, 400.0, 292.0, 430.0
COLUMNS = {"offset": OFFSET, "bytes": HEX, "field": NAME, "meaning": MEANING}
WIDTH = 2 * MARGIN + OFFSET + HEX + NAME + MEANING
INDENT = 15.0
ROWS = {"overview": 1, "messages": 3, "everything": 1_000_000}
CHARACTERS = 400  # of a meaning; what is longer is shortened


def message_bytes(trace: Trace, *, detail: str = "messages", message: str = "") -> Drawing:
    """Lay the bytes of one message out as a display list.

    Args:
        trace: what happened.
        detail: how many rows of bytes a field may take: ``overview`` one, ``messages`` three,
            ``everything`` all.
        message: which one, as :func:`~simulator.views.story.message_bytes.chosen_message` takes it.

    Raises:
        OutputError: the detail or the message is unknown.
    """
    rows = ROWS[detail_named(detail)]
    event = chosen_message(trace, message)
    version = version_of(trace)
    sheet = blank(WIDTH)
    run_head(sheet, trace, f"the bytes of {_name(event)}", _about(event))
    x, odd = MARGIN, False
    for heading, width in COLUMNS.items():
        sheet.line(heading, "small", 0, x + 8, sheet.y + 12, width=width - 16)
        x += width
    sheet.y += 20
    for field in fields_of(event, version):
        odd ^= field.is_leaf
        _row(sheet, field, event.seq, rows, "leaf.odd" if odd else "leaf")
    signed = signed_by(trace, event, version)
    if signed is not None:
        draw_signed(sheet, signed, event.seq)
    title = f"{run_title(trace.setup)}: the bytes of {_name(event)}"
    return finished(sheet, title, description(trace, event, signed))


def _name(event: Event) -> str:
    fact = event.fact
    return clean(fact.name) if isinstance(fact, Sent | Alert) else ""


def _about(event: Event) -> str:
    """The message in a sentence: sender, receiver, moment, length, keys."""
    fact = event.fact
    assert isinstance(fact, Sent | Alert)
    to = fact.to if isinstance(fact, Sent) else fact.peer
    hidden = "" if fact.protection is Protection.CLEAR else " Shown as it was before encryption."
    return (
        f"From the {clean(event.actor)} to the {clean(to)} at {moment(event.at)}: {size(len(fact.raw))}, "
        f"{PROTECTION_WORDS[fact.protection]}.{hidden} Event {event.seq} of the trace."
    )


def _row(sheet: Sheet, field: Field, seq: int, rows: int, ground: str) -> None:
    """One field: its bytes in rows of sixteen; or, if it has parts, its length as a heading above them."""
    top, place, y = sheet.y, len(sheet.front), sheet.y + 15
    indent = INDENT * min(field.depth, 9)
    style, most = ("byte.name", 6) if field.is_leaf else ("byte.branch", 4)
    x = MARGIN + OFFSET
    for number, line in enumerate(hex_rows(field.value, rows) if field.is_leaf else (size(field.length),)):
        if number < rows:
            offset = f"{field.offset + number * PER_ROW:04x}"
            sheet.line(offset, "hex.quiet", seq, MARGIN + 8, y, width=OFFSET)
        if field.is_leaf:
            put_hex(sheet, line, seq, x + 8, y, width=HEX - 16)
        else:
            sheet.line(line, "small", seq, x + 8, y, width=HEX - 16)
        y += PITCH
    x += HEX
    sheet.line(clean(field.name), style, seq, x + indent, top + 15, width=NAME - indent - 8)
    meaning = sheet.paragraph(
        _cut(field.meaning), "byte.meaning", seq, x + NAME, top + 4, width=MEANING - 8, most=most
    )
    sheet.y = max(top + 22, y - PITCH + 7, meaning + 3)
    ground = ground if field.is_leaf else "branch"
    sheet.front.insert(place, Box(MARGIN, top, WIDTH - 2 * MARGIN, sheet.y - top, ground, seq))


def _cut(meaning: str) -> str:
    return shorten(clean(meaning), CHARACTERS)


def description(trace: Trace, event: Event, signed: Signed | None) -> str:
    """The message in sentences, for people who cannot see the picture."""
    version = version_of(trace)
    sentences = [opening(trace), _about(event)]
    top = [field for field in fields_of(event, version) if field.depth == 1]
    told = [f"{clean(field.name)} ({size(field.length)})" for field in top]
    if told:
        sentences.append(f"{_name(event)} consists of {', '.join(told)}.")
    if signed is not None:
        sentences.append(signed_words(signed))
    return " ".join(sentences)


def bytes_text(trace: Trace, width: int = 80, *, detail: str = "messages", message: str = "") -> str:
    """The bytes of one message as text: a line for each field, its bytes below it.

    Args:
        trace: what happened.
        width: columns, at least 60; no line is longer.
        detail: as for the picture.
        message: as for the picture.

    Raises:
        OutputError: the detail or the message is unknown.
    """
    rows, width = ROWS[detail_named(detail)], max(width, 60)
    event = chosen_message(trace, message)
    version = version_of(trace)
    lines = text_head(trace, f"the bytes of {_name(event)}", width, _about(event))
    for field in fields_of(event, version):
        lines += _field_lines(field, width, rows)
    signed = signed_by(trace, event, version)
    if signed is not None:
        lines += ["", *signed_lines(signed, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _field_lines(field: Field, width: int, rows: int) -> Iterator[str]:
    indent = "  " * min(field.depth, 9)
    head = f"{field.offset:04x}  {indent}{clean(field.name)}, {size(field.length)}"
    words = f"{head}: {_cut(field.meaning)}" if field.meaning else head
    first, *rest = wrap_cells(words, width - 8 - len(indent))
    yield first
    yield from (f"      {indent}  {part}" for part in rest)
    if field.is_leaf:
        yield from (f"{'':10}{line}" for line in hex_rows(field.value, rows))
