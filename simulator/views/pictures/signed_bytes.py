"""The bytes that a CertificateVerify signs, as picture and as text: messages, hash, and the frame around."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.cells import wrap_cells
from simulator.views.drawing.display import Box, Text, span, width_of
from simulator.views.drawing.marks import SectionMark
from simulator.views.drawing.sheet import MARGIN
from simulator.views.story.message_bytes import LEFT_OUT, SPACES, hex_rows
from simulator.views.story.words import clean, plural, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.views.drawing.sheet import Sheet
    from simulator.views.story.message_bytes import Signed

TITLE = "What this signature covers"
NUMBER, NAME = 46.0, 430.0
RECEIVER = (
    "The receiver makes the same bytes from its own copy of the messages, and checks the signature with the "
    "key in the certificate."
)
PART, LENGTH, BYTES = 250.0, 110.0, 430.0
MOST_ROWS = 4  # of bytes of a part: a hash fills them
PITCH = 19.0  # from one row of bytes to the next


def signed_words(signed: Signed) -> str:
    """The signed bytes, in a few sentences."""
    names = ", ".join(clean(fact.name) for _, fact in signed.messages)
    count = plural(len(signed.messages), "message")
    sentences = [f"The {signed.signer} signs the handshake so far: {count} ({names})."]
    if signed.retried:
        sentences.append("After a HelloRetryRequest the first ClientHello counts as its hash alone.")
    if _is_13(signed):
        sentences.append(
            f"Signed are {SPACES} spaces, a context string, a zero byte and the transcript hash "
            f"({_hash(signed)}) {signed.digest.hex()}."
        )
    elif signed.digest:
        hashed = f"their {_hash(signed)} is {signed.digest.hex()}"
        sentences.append(f"Signed are these messages themselves; {hashed}.")
    else:
        sentences.append("Signed are these messages themselves.")
    return " ".join([*sentences, RECEIVER])


def _lead(signed: Signed) -> str:
    """The contents of the table below, in two sentences."""
    count = plural(len(signed.messages), "message")
    if _is_13(signed):
        frame = f"the bytes in the frame; the last part is the hash of the {count} so far"
        return f"The {signed.signer} signs {frame}. {RECEIVER}"
    return f"The {signed.signer} signs the {count} so far, one behind the other. {RECEIVER}"


def _hash(signed: Signed) -> str:
    """The hash as people write it."""
    return signed.hash_name.upper().replace("SHA", "SHA-", 1)


def _is_13(signed: Signed) -> bool:
    return signed.content[:SPACES] == b" " * SPACES


def parts(signed: Signed) -> list[tuple[str, bytes, str]]:
    """The input of the signature algorithm, part by part: name, bytes, meaning."""
    if not _is_13(signed):
        hashed = f"the signature scheme hashes them with {_hash(signed)}: {signed.digest.hex()}"
        meaning = hashed if signed.digest else "the signature scheme takes them as they are"
        return [("handshake messages", signed.content, meaning)]
    context = signed.content[SPACES : -len(signed.digest) - 1]
    purpose = "spaces, so that it cannot pass for a signature of an older TLS"
    return [
        ("padding", signed.content[:SPACES], purpose),
        ("context string", context, f"“{context.decode('ascii')}”: whose signature, and what for"),
        ("separator", signed.content[SPACES + len(context) : -len(signed.digest)], "a zero byte"),
        ("transcript hash", signed.digest, f"{_hash(signed)} over the messages above"),
    ]


def draw_signed(sheet: Sheet, signed: Signed, seq: int) -> None:
    """Put the transcript and the bytes that are signed below the message."""
    width = sheet.stage.width - 2 * MARGIN
    sheet.y += 22
    title = Text(MARGIN, sheet.y + 16, TITLE, "lane", seq)
    sheet.put(title)
    sheet.sections.append(SectionMark(TITLE, *span(title)))
    sheet.y = sheet.paragraph(_lead(signed), "lesson", seq, MARGIN, sheet.y + 26, width=width, most=4)
    sheet.y += 10
    for number, (event, fact) in enumerate(signed.messages, start=1):
        words = f"{size(len(fact.raw))}, sent by the {clean(event.actor)}"
        if signed.retried and number == 1:
            words += "; counts as message_hash and its hash alone"
        ground, x, y = "leaf.odd" if number % 2 else "leaf", MARGIN + NUMBER, sheet.y + 15
        sheet.put(Box(MARGIN, sheet.y, width, 22, ground, event.seq))
        sheet.line(str(number), "hex.quiet", event.seq, MARGIN + 8, y, width=NUMBER)
        sheet.line(clean(fact.name), "byte.name", event.seq, x, y, width=NAME)
        sheet.line(words, "byte.meaning", event.seq, x + NAME, y, width=width - NUMBER - NAME - 8)
        sheet.y += 22
    sheet.y += 12
    for name, data, meaning in parts(signed):
        _part(sheet, name, data, meaning, seq)


def _part(sheet: Sheet, name: str, data: bytes, meaning: str, seq: int) -> None:
    """One part of the input: its name, its length, its bytes, its purpose."""
    top, place, y = sheet.y, len(sheet.front), sheet.y + 17
    width, x = sheet.stage.width - 2 * MARGIN, MARGIN + PART + LENGTH
    sheet.line(name, "byte.branch", seq, MARGIN + 8, y, width=PART - 16)
    sheet.line(size(len(data)), "small", seq, MARGIN + PART, y, width=LENGTH)
    for line in hex_rows(data, MOST_ROWS):
        put_hex(sheet, line, seq, x, y, width=BYTES)
        y += PITCH
    room = width - PART - LENGTH - BYTES - 8
    bottom = sheet.paragraph(meaning, "byte.meaning", seq, x + BYTES, top + 6, width=room, most=6)
    sheet.y = max(y - 10, bottom + 4)
    sheet.front.insert(place, Box(MARGIN, top, width, sheet.y - top, "decision", seq))


def put_hex(sheet: Sheet, line: str, seq: int, x: float, y: float, *, width: float) -> None:
    """Put a row of bytes; its two halves by themselves, because SVG makes one space of two."""
    if line.startswith(LEFT_OUT):
        sheet.line(line, "small", seq, x, y, width=width)
        return
    for half in line.split("  "):
        sheet.put(Text(x, y, half, "hex", seq))
        x += width_of(f"{half}  ", "hex")


def signed_lines(signed: Signed, width: int) -> Iterator[str]:
    """The same as lines of text."""
    yield TITLE
    yield from wrap_cells(signed_words(signed), width)
    for number, (event, fact) in enumerate(signed.messages, start=1):
        sent = f"{clean(fact.name)}, {size(len(fact.raw))}, sent by the {clean(event.actor)}"
        yield f"  {number:>2}  {sent}"
    for name, data, meaning in parts(signed):
        yield from wrap_cells(f"{name}, {size(len(data))}: {meaning}", width)
        yield from (f"      {line}" for line in hex_rows(data, MOST_ROWS))
