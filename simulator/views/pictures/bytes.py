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
from simulator.views.pictures.page import blank, finished, opening, run_head, text_head
from simulator.views.pictures.signed_bytes import draw_signed, put_hex, signed_lines, signed_words
from simulator.views.story.message_bytes import (
    PER_ROW,
    Signed,
    chosen_message,
    fields_of,
    hex_rows,
    signed_by,
)
from simulator.views.story.reading import version_of
from simulator.views.story.words import PROTECTION_WORDS, clean, moment, plural, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.tls.wire.codec import Field
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

OFFSET, HEX, NAME, MEANING = 74.0, 400.0, 292.0, 430.0
WIDTH = 2 * MARGIN + OFFSET + HEX + NAME + MEANING
INDENT = 15.0
PITCH = 19.0
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
    _columns(sheet, "offset", "bytes", "field", "meaning")
    _table(sheet, fields_of(event, version), event.seq, rows)
    signed = signed_by(trace, event, version)
    if signed is not None:
        draw_signed(sheet, signed, event.seq)
    title = f"{trace.setup.title}: the bytes of {_name(event)}"
    return finished(sheet, title, description(trace, event, signed))


def _name(event: Event) -> str:
    fact = event.fact
    return clean(fact.name) if isinstance(fact, Sent | Alert) else ""


def _about(event: Event) -> str:
    """The message in a sentence: sender, receiver, moment, length, keys."""
    fact = event.fact
    if not isinstance(fact, Sent | Alert):
        return ""
    to = fact.to if isinstance(fact, Sent) else fact.peer
    hidden = "" if fact.protection is Protection.CLEAR else " Shown as it was before encryption."
    return (
        f"From the {clean(event.actor)} to the {clean(to)} at {moment(event.at)}: {size(len(fact.raw))}, "
        f"{PROTECTION_WORDS[fact.protection]}.{hidden} Event {event.seq} of the trace."
    )


def _columns(sheet: Sheet, *titles: str) -> None:
    x = MARGIN
    for title, width in zip(titles, (OFFSET, HEX, NAME, MEANING), strict=True):
        sheet.line(title, "small", 0, x + 8, sheet.y + 12, width=width - 16)
        x += width
    sheet.y += 20


def _table(sheet: Sheet, fields: tuple[Field, ...], seq: int, rows: int) -> None:
    odd = False
    for field in fields:
        if field.is_leaf:
            odd = not odd
            _leaf(sheet, field, seq, rows, "leaf.odd" if odd else "leaf")
        else:
            _branch(sheet, field, seq)


def _branch(sheet: Sheet, field: Field, seq: int) -> None:
    """A field with parts: a heading without bytes."""
    top, place = sheet.y, len(sheet.front)
    indent = INDENT * min(field.depth, 9)
    sheet.line(f"{field.offset:04x}", "hex.quiet", seq, MARGIN + 8, top + 15, width=OFFSET)
    sheet.line(size(field.length), "small", seq, MARGIN + OFFSET + 8, top + 15, width=HEX - 16)
    x = MARGIN + OFFSET + HEX
    sheet.line(clean(field.name), "byte.branch", seq, x + indent, top + 15, width=NAME - indent - 8)
    meaning = sheet.paragraph(
        _cut(field.meaning), "byte.meaning", seq, x + NAME, top + 4, width=MEANING - 8, most=4
    )
    sheet.y = max(top + 22, meaning + 3)
    sheet.front.insert(place, Box(MARGIN, top, WIDTH - 2 * MARGIN, sheet.y - top, "branch", seq))


def _leaf(sheet: Sheet, field: Field, seq: int, rows: int, ground: str) -> None:
    """A field without parts: its bytes in rows of sixteen."""
    top, place = sheet.y, len(sheet.front)
    indent = INDENT * min(field.depth, 9)
    y = top + 15
    lines = list(hex_rows(field.value))
    for number, line in enumerate(lines[:rows]):
        sheet.line(f"{field.offset + number * PER_ROW:04x}", "hex.quiet", seq, MARGIN + 8, y, width=OFFSET)
        put_hex(sheet, line, seq, MARGIN + OFFSET + 8, y)
        y += PITCH
    if len(lines) > rows:
        left_out = f"… and {plural(field.length - rows * PER_ROW, 'more byte')}"
        sheet.line(left_out, "small", seq, MARGIN + OFFSET + 8, y, width=HEX - 16)
        y += PITCH
    x = MARGIN + OFFSET + HEX
    sheet.line(clean(field.name), "byte.name", seq, x + indent, top + 15, width=NAME - indent - 8)
    meaning = sheet.paragraph(
        _cut(field.meaning), "byte.meaning", seq, x + NAME, top + 4, width=MEANING - 8, most=6
    )
    sheet.y = max(top + 22, y - PITCH + 7, meaning + 3)
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
    if not field.is_leaf:
        return
    lines = list(hex_rows(field.value))
    yield from (f"      {'':<4}{line}" for line in lines[:rows])
    if len(lines) > rows:
        yield f"      {'':<4}… and {plural(field.length - rows * PER_ROW, 'more byte')}"
