"""The annotated view of a message: every byte with its name and meaning.

It is made from the same declarations that decode and encode, and only on demand. It never fails: malformed
parts are shown as bytes and marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.codec import Field, FieldNotes, MalformedError, bytes_follow
from simulator.tls.wire.messages import HEADER_LENGTH, message_class, message_name

if TYPE_CHECKING:
    from simulator.tls.wire.version import Version


def annotate_handshake(raw: bytes, version: Version) -> tuple[Field, ...]:
    """The fields of a handshake message in order, each with its depth; those that are leaves tile it.

    Args:
        raw: one whole message with its header, well formed or not.
        version: whose form it has.
    """
    notes = FieldNotes(raw)
    name = message_name(raw)
    whole = notes.branch(name, 0, 0, "")
    if len(raw) < HEADER_LENGTH:
        notes.leaf("bytes", 0, len(raw), 1, "malformed: no whole handshake header")
        notes.close(whole, len(raw))
        return tuple(notes.fields)
    notes.leaf("msg_type", 0, 1, 1, f"{name} ({raw[0]})")
    announced = int.from_bytes(raw[1:HEADER_LENGTH])
    here = len(raw) - HEADER_LENGTH
    problem = "" if announced == here else f"malformed: {bytes_follow(here)}"
    notes.leaf("length", 1, HEADER_LENGTH, 1, problem or bytes_follow(announced))
    describe_body(notes, raw[0], version)
    notes.close(whole, len(raw))
    return tuple(notes.fields)


def describe_body(notes: FieldNotes, message_type: int, version: Version) -> None:
    """Note the body by its declaration, or as plain bytes if it has none or does not follow it."""
    end = len(notes.data)
    found = message_class(message_type, version)
    mark = len(notes.fields)
    problem = f"no message of TLS {version.value}"
    if found is not None:
        try:
            at = HEADER_LENGTH
            for name, kind, note in found.KIND.parts:
                at = kind.describe(notes, name, at, end, 1, note)
        except MalformedError as malformed:
            problem = f"malformed: {malformed.problem}"
        else:
            if at < end:
                notes.leaf("bytes", at, end, 1, "malformed: bytes that are not part of the message")
            return
    del notes.fields[mark:]
    if end > HEADER_LENGTH:
        notes.leaf("body", HEADER_LENGTH, end, 1, problem)
