"""The declarative codec: a structure is declared once, and read, written and annotated from that.

The presentation language of the RFCs (RFC 8446 section 3) has few kinds of field: integers, fixed and
variable opaque bytes, vectors of elements, and structures. Each is a :class:`FieldKind` that can read itself
from bytes, write itself, and describe the bytes it covers; they are in :mod:`simulator.tls.wire.kinds`. A
structure is a frozen value whose fields carry their kind::

    @structure
    class KeyShareEntry(Structure, frozen=True):
        group: Annotated[int, Uint(2, group_name), "which group this share belongs to"]
        key_exchange: Annotated[bytes, Opaque(2, 1, 65535), "the public key"]

Decoding is strict: too short, too long, out of bounds or followed by other bytes is a ``decode_error``.
Descriptions are made on demand.
"""

# ruff: noqa: D102  # FieldKind documents read, write and describe

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import astuple

from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation, decode_error

T = TypeVar("T")
S = TypeVar("S", bound="Structure")


class MalformedError(Exception):
    """Bytes that are no such structure; it never leaves this layer, :func:`decode_whole` names the place."""

    def __init__(self, problem: str, alert: AlertDescription = AlertDescription.DECODE_ERROR) -> None:
        self.problem = problem
        self.alert = alert
        self.path: list[str] = []
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Field:
    """Some bytes of a message and what they mean.

    Attributes:
        name: the RFC's field name; ``length`` for a length prefix.
        offset: its start, in bytes from the start of the message.
        length: its size in bytes.
        value: those bytes.
        meaning: in words; may be empty.
        depth: nesting depth, 0 for the message itself.
        is_leaf: it has no parts. The leaves of a message tile it exactly.
    """

    name: str
    offset: int
    length: int
    value: bytes
    meaning: str
    depth: int
    is_leaf: bool


class FieldNotes:
    """Collects fields while a kind describes its bytes.

    Args:
        data: the whole message.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fields: list[Field] = []

    def leaf(self, name: str, at: int, end: int, depth: int, meaning: str) -> int:
        """Note a field without parts, and return its end."""
        self.fields.append(Field(name, at, end - at, self.data[at:end], meaning, depth, is_leaf=True))
        return end

    def branch(self, name: str, at: int, depth: int, meaning: str) -> int:
        """Note a field with parts and an open end, and return its index for :meth:`close`."""
        self.fields.append(Field(name, at, 0, b"", meaning, depth, is_leaf=False))
        return len(self.fields) - 1

    def close(self, index: int, end: int, meaning: str | None = None) -> int:
        """Set the end of the branch with that index, and its meaning if that is known only now."""
        opened = self.fields[index]
        value = self.data[opened.offset : end]
        words = opened.meaning if meaning is None else meaning
        self.fields[index] = Field(
            opened.name, opened.offset, len(value), value, words, opened.depth, is_leaf=False
        )
        return end


class FieldKind(ABC, Generic[T]):
    """A kind of field: the wire form of values of type ``T``."""

    __slots__ = ()

    @abstractmethod
    def read(self, data: bytes, at: int, end: int) -> tuple[T, int]:
        """Read a value that starts at ``at`` and may not pass ``end``; return it and its end.

        Raises:
            MalformedError: the bytes are no such value.
        """

    @abstractmethod
    def write(self, value: T) -> bytes:
        """The bytes of a value.

        Raises:
            SimulatorError: the value does not fit its field.
        """

    @abstractmethod
    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        """Note the field ``name`` at ``at`` and its parts, and return its end.

        Raises:
            MalformedError: the bytes are no such value.
        """


def bytes_follow(count: int) -> str:
    """The meaning of a length prefix."""
    return "1 byte follows" if count == 1 else f"{count} bytes follow"


def join_meanings(*parts: str) -> str:
    """The meaning of a value, then the purpose of its field."""
    return "; ".join(part for part in parts if part)


class StructureKind(FieldKind[S]):
    """The kind of a whole structure: its fields one after another.

    Args:
        structure: the class; every field's type is ``Annotated[type, kind]`` or with a note behind it.
    """

    __slots__ = ("parts", "readers", "structure", "writers")

    def __init__(self, structure: type[S]) -> None:
        self.structure = structure
        self.parts: tuple[tuple[str, FieldKind[Any], str], ...] = tuple(
            (name, *declaration(structure.__annotations__[name])) for name in structure.__struct_fields__
        )
        self.readers = [kind.read for _, kind, _ in self.parts]
        self.writers = [kind.write for _, kind, _ in self.parts]

    def read(self, data: bytes, at: int, end: int) -> tuple[S, int]:
        values: list[Any] = []
        try:
            for read in self.readers:
                value, at = read(data, at, end)
                values.append(value)
        except MalformedError as problem:
            problem.path.insert(0, self.parts[len(values)][0])
            raise
        return self.structure(*values), at

    def write(self, value: S) -> bytes:
        return b"".join([write(part) for write, part in zip(self.writers, astuple(value), strict=True)])

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        index = notes.branch(name, at, depth, note)
        for part_name, kind, part_note in self.parts:
            at = kind.describe(notes, part_name, at, end, depth + 1, part_note)
        return notes.close(index, at)


def declaration(annotated: object) -> tuple[FieldKind[Any], str]:
    """The kind and the note that a field's ``Annotated`` type carries."""
    _, kind, *note = get_args(annotated)
    return kind, note[0] if note else ""


class Structure(Struct, frozen=True, gc=False):
    """Base of every declared structure."""

    KIND: ClassVar[StructureKind[Any]]

    def encode(self) -> bytes:
        """The structure on the wire.

        Raises:
            SimulatorError: a value does not fit its field.
        """
        return self.KIND.write(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The structure that is exactly these bytes.

        Raises:
            ProtocolViolation: the bytes are no such structure; it carries the alert.
        """
        decoded: Self = decode_whole(cls.KIND, data, cls.__name__)
        return decoded


def structure(cls: type[S]) -> type[S]:
    """Give a declared class its layout."""
    cls.KIND = StructureKind(cls)
    return cls


def decode_whole(kind: FieldKind[T], data: bytes, what: str) -> T:
    """The value that is exactly these bytes.

    Args:
        kind: the kind of the value.
        data: the bytes, no more and no less.
        what: the value's name, for the error.

    Raises:
        ProtocolViolation: the bytes are no such value, or others follow it.
    """
    try:
        value, end = kind.read(data, 0, len(data))
    except MalformedError as problem:
        place = ".".join([what, *problem.path])
        raise ProtocolViolation(problem.alert, f"{place} is malformed: {problem.problem}.") from problem
    if end != len(data):
        raise decode_error(f"{what} is followed by {len(data) - end} bytes that are not part of it.")
    return value
