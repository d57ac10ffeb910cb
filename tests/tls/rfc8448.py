"""The traces of RFC 8448, read from the shared vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.peers import shared

NAMES = ("simple_1rtt", "client_auth")


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """A handshake message as the RFC prints it."""

    sender: str
    name: str
    record: int
    raw: bytes
    transcript_hash_after: bytes | None


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """A record as the RFC prints it; ``plaintext`` is None where it is in the clear."""

    sender: str
    what: str
    raw: bytes
    plaintext: bytes | None
    inner_content_type: int


@dataclass(frozen=True, slots=True)
class Trace:
    """One section of RFC 8448."""

    messages: tuple[PublishedMessage, ...]
    records: tuple[PublishedRecord, ...]
    keys: dict[str, bytes]
    steps: tuple[dict[str, Any], ...]
    certificates: dict[str, bytes]
    signatures: dict[str, tuple[int, bytes]]


def optional_bytes(text: str | None) -> bytes | None:
    """The bytes of a hex text that may be absent."""
    return None if text is None else bytes.fromhex(text)


@cache
def trace(name: str) -> Trace:
    """The trace of that name, one of :data:`NAMES`."""
    document = json.loads(shared(f"vectors/rfc8448_{name}.json").read_text())
    return Trace(
        messages=tuple(
            PublishedMessage(
                entry["from"],
                entry["type"],
                entry["record"],
                bytes.fromhex(entry["hex"]),
                optional_bytes(entry["transcript_hash_after"]),
            )
            for entry in document["flow"]
        ),
        records=tuple(
            PublishedRecord(
                entry["from"],
                entry["what"],
                bytes.fromhex(entry["hex"]),
                optional_bytes(entry.get("plaintext")),
                entry.get("inner_content_type", 0),
            )
            for entry in document["records"]
        ),
        keys={name: bytes.fromhex(value) for name, value in document["keys"].items()},
        steps=tuple(document["key_schedule_steps"]),
        certificates={who: bytes.fromhex(entry["der"]) for who, entry in document["certificates"].items()},
        signatures={
            who: (int(entry["scheme"], 16), bytes.fromhex(entry["signature"]))
            for who, entry in document["certificate_verify"].items()
        },
    )
