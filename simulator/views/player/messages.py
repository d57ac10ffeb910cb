"""The messages of a run for the player: important facts, bytes by name, bytes on the wire."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from simulator.tls.wire.records import RECORD_HEADER_LENGTH, records_of
from simulator.tls.wire.version import Protection
from simulator.views.story.fields import key_fields
from simulator.views.story.lanes import names_of
from simulator.views.story.message_bytes import chain_of, fields_of
from simulator.views.story.reading import reads, sendings, sent_name, unread_since, version_of
from simulator.views.story.words import clean, duration, protected, size

if TYPE_CHECKING:
    from simulator.tls.wire.codec import Field
    from simulator.trace.facts import Alert, Event, Sent
    from simulator.trace.trace import Trace

CONTENT_TYPES = {20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data"}

#: A field as the player gets it: depth, offset, length, name, meaning, whether it has no parts.
FieldRow = list[Any]


def messages(trace: Trace) -> dict[int, dict[str, Any]]:
    """Every message of a run by the ``seq`` of its sending, as plain values.

    ``later`` has what became of it, with the ``seq`` of the event since which that is known.
    """
    read, lost = reads(trace), unread_since(trace)
    return {
        event.seq: {
            **_message(event, fact, trace),
            "later": _later(event, read.get(event.seq), lost.get(event.seq)) if _in_tls(fact) else [],
        }
        for event, fact in sendings(trace)
    }


def _in_tls(fact: Sent | Alert) -> bool:
    """Return True for all but enrolment and OCSP, which have other encodings than TLS and their own way."""
    return fact.protocol not in ("enrolment", "ocsp")


def _message(event: Event, fact: Sent | Alert, trace: Trace) -> dict[str, Any]:
    version = version_of(trace)
    encrypted = fact.protection is not Protection.CLEAR
    way = protected(fact.protection) if _in_tls(fact) else "outside the connection"
    known = f"{size(len(fact.raw))}, {way}" if fact.raw or _in_tls(fact) else "its bytes are secret"
    return {
        "name": sent_name(fact),
        "facts": [*map(names_of(trace.setup).shown, key_fields(fact, trace)), known],
        "bytes": fact.raw.hex(),
        "fields": [_row(field) for field in (fields_of(event, version) if _in_tls(fact) else ())],
        "wire": fact.wire.hex(),
        "wire_fields": _wire_fields(fact, encrypted=encrypted),
        "certificates": [hashlib.sha256(der).hexdigest() for der in chain_of(fact, version)],
    }


def _later(event: Event, reading: Event | None, lost: int | None) -> list[list[Any]]:
    """The fate of a message, with the event since which it is known."""
    if reading is not None:
        return [[reading.seq, f"{duration(reading.at - event.at)} from being sent to being read"]]
    return [] if lost is None else [[lost, "sent, and never read"]]


def _row(field: Field) -> FieldRow:
    return [field.depth, field.offset, field.length, clean(field.name), clean(field.meaning), field.is_leaf]


def _wire_fields(fact: Sent | Alert, *, encrypted: bool) -> list[FieldRow]:
    """The records of TLS around a message, or the plain bytes of one that is in none."""
    if fact.protocol == "cleartext":
        return [[0, 0, len(fact.wire), "TCP data", "in no record of TLS", True]]
    return record_fields(fact.wire, encrypted=encrypted)


def record_fields(wire: bytes, *, encrypted: bool) -> list[FieldRow]:
    """The records that a message completed, as an observer on the way sees them (RFC 8446, section 5.1)."""
    rows: list[FieldRow] = []
    at = 0
    for record in records_of(wire):
        if len(record) < RECORD_HEADER_LENGTH:
            break  # a trace from a file may say anything
        content = CONTENT_TYPES.get(record[0], f"unknown ({record[0]})")
        length, body = int.from_bytes(record[3:RECORD_HEADER_LENGTH]), len(record) - RECORD_HEADER_LENGTH
        rows += [
            [0, at, len(record), "TLS record", size(len(record)), False],
            [1, at, 1, "type", content, True],
            [1, at + 1, 2, "version", f"0x{record[1:3].hex()}", True],
            [1, at + 3, 2, "length", f"{length} bytes follow", True],
            [1, at + RECORD_HEADER_LENGTH, body, "fragment", _fragment(encrypted), True],
        ]
        at += len(record)
    return rows


def _fragment(encrypted: bool) -> str:
    return "encrypted: unreadable without the keys" if encrypted else "in the clear"
