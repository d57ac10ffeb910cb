"""The declarative codec: a structure is declared once, and read, written and annotated from that.

The presentation language of the RFCs (RFC 8446 section 3) has few kinds of field: integers, fixed and
variable opaque bytes, vectors of elements, and structures. Each is a :class:`Kind` that can read itself
from bytes, write itself, and describe the bytes it covers. A structure is a frozen dataclass whose fields
carry their kind::

    @structure
    class KeyShareEntry(Structure):
        group: Annotated[int, Uint(2, group_name), "which group this share belongs to"]
        key_exchange: Annotated[bytes, Opaque(2, 1, 65535), "the public key"]

Decoding is strict: too short, too long, out of bounds or followed by other bytes is a ``decode_error``.
Describing happens only when somebody looks.
"""

# ruff: noqa: D102  # what read, write and describe do is said once, at Kind

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, dataclass_transform, get_args

from simulator.errors import SimulatorError
from simulator.tls.alerts import AlertDescription, ProtocolViolation

if TYPE_CHECKING:
    from collections.abc import Callable

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
        offset: where it starts, in bytes from the start of the message.
        length: how many bytes it covers.
        value: those bytes.
        meaning: in words; may be empty.
        depth: how deep it is nested, 0 for the message itself.
        is_leaf: it has no parts. The leaves of a message tile it exactly.
    """

    name: str
    offset: int
    length: int
    value: bytes
    meaning: str
    depth: int
    is_leaf: bool


class Notes:
    """Collects fields while a kind describes its bytes.

    Args:
        data: the whole message.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fields: list[Field] = []

    def leaf(self, name: str, at: int, end: int, depth: int, meaning: str) -> int:
        """Note a field without parts; gives where it ends."""
        self.fields.append(Field(name, at, end - at, self.data[at:end], meaning, depth, is_leaf=True))
        return end

    def branch(self, name: str, at: int, depth: int, meaning: str) -> int:
        """Note a field with parts, whose end is not known yet; gives its index for :meth:`close`."""
        self.fields.append(Field(name, at, 0, b"", meaning, depth, is_leaf=False))
        return len(self.fields) - 1

    def close(self, index: int, end: int) -> int:
        """Say where the branch with that index ends; gives the same end."""
        opened = self.fields[index]
        value = self.data[opened.offset : end]
        self.fields[index] = Field(
            opened.name, opened.offset, len(value), value, opened.meaning, opened.depth, is_leaf=False
        )
        return end


class Kind(ABC, Generic[T]):
    """A kind of field: how values of type ``T`` stand on the wire."""

    __slots__ = ()

    @abstractmethod
    def read(self, data: bytes, at: int, end: int) -> tuple[T, int]:
        """Read a value that starts at ``at`` and may not pass ``end``; gives it and where it ends.

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
    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        """Note the field ``name`` at ``at`` and its parts; gives where it ends.

        Raises:
            MalformedError: the bytes are no such value.
        """


def bytes_follow(count: int) -> str:
    """What a length prefix means."""
    return "1 byte follows" if count == 1 else f"{count} bytes follow"


def join_meanings(*parts: str) -> str:
    """What a value is, and then what the field is for."""
    return "; ".join(part for part in parts if part)


class Uint(Kind[int]):
    """An unsigned integer in network order.

    Args:
        size: bytes, 1 to 4.
        name_of: what a value is called, for the annotation.
        allowed: the only values there are; another is an ``illegal_parameter``.
    """

    __slots__ = ("allowed", "name_of", "size")

    def __init__(
        self,
        size: int,
        name_of: Callable[[int], str] | None = None,
        allowed: frozenset[int] | None = None,
    ) -> None:
        self.size = size
        self.name_of = name_of
        self.allowed = allowed

    def read(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        after = at + self.size
        if after > end:
            raise MalformedError(f"{end - at} bytes where {self.size} are needed")
        value = int.from_bytes(data[at:after])
        if self.allowed is not None and value not in self.allowed:
            raise MalformedError(f"the value {value} is not allowed", AlertDescription.ILLEGAL_PARAMETER)
        return value, after

    def write(self, value: int) -> bytes:
        if not 0 <= value < 1 << 8 * self.size:
            raise SimulatorError(
                "A number does not fit its field.", got=value, expected=f"0 to {(1 << 8 * self.size) - 1}"
            )
        return value.to_bytes(self.size)

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        value, after = self.read(notes.data, at, end)
        meaning = self.name_of(value) if self.name_of else str(value)
        return notes.leaf(name, at, after, depth, join_meanings(meaning, note))


class Fixed(Kind[bytes]):
    """Exactly ``length`` opaque bytes."""

    __slots__ = ("length", "name_of")

    def __init__(self, length: int, name_of: Callable[[bytes], str] | None = None) -> None:
        self.length = length
        self.name_of = name_of

    def read(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        after = at + self.length
        if after > end:
            raise MalformedError(f"{end - at} bytes where {self.length} are needed")
        return data[at:after], after

    def write(self, value: bytes) -> bytes:
        if len(value) != self.length:
            raise SimulatorError("A field has a fixed length.", got=len(value), expected=self.length)
        return value

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        value, after = self.read(notes.data, at, end)
        meaning = self.name_of(value) if self.name_of else ""
        return notes.leaf(name, at, after, depth, join_meanings(meaning, note))


class Rest(Kind[bytes]):
    """All bytes that are left, of ``least`` to ``most``; ``Rest(0, 0)`` is an empty body."""

    __slots__ = ("least", "most")

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def read(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        if not self.least <= end - at <= self.most:
            raise MalformedError(f"{end - at} bytes where {self.least} to {self.most} are allowed")
        return data[at:end], end

    def write(self, value: bytes) -> bytes:
        if not self.least <= len(value) <= self.most:
            raise SimulatorError(
                "A field is too short or too long.",
                got=len(value),
                expected=f"{self.least} to {self.most} bytes",
            )
        return value

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        self.read(notes.data, at, end)
        return notes.leaf(name, at, end, depth, note) if end > at else end


class Prefixed(Kind[T]):
    """What opaque vectors and lists share: a length prefix of ``prefix`` bytes, and bounds in bytes."""

    __slots__ = ("least", "most", "prefix")

    def __init__(self, prefix: int, least: int, most: int) -> None:
        self.prefix = prefix
        self.least = least
        self.most = most

    def bounds(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """Where the content starts and ends.

        Raises:
            MalformedError: the length is cut off, out of bounds, or longer than what is there.
        """
        start = at + self.prefix
        if start > end:
            raise MalformedError(f"{end - at} bytes where a length of {self.prefix} bytes is needed")
        length = int.from_bytes(data[at:start])
        if length > end - start:
            raise MalformedError(f"a length of {length} with {end - start} bytes left")
        if not self.least <= length <= self.most:
            raise MalformedError(f"a length of {length} where {self.least} to {self.most} is allowed")
        return start, start + length

    def prefixed(self, content: bytes) -> bytes:
        """The content behind its length."""
        if not self.least <= len(content) <= self.most:
            raise SimulatorError(
                "A vector is too short or too long.",
                got=f"{len(content)} bytes",
                expected=f"{self.least} to {self.most} bytes",
            )
        return len(content).to_bytes(self.prefix) + content


class Opaque(Prefixed[bytes]):
    """Opaque bytes behind a length.

    Args:
        prefix: bytes of the length, 1 to 3.
        least: fewest bytes of content.
        most: most bytes of content.
        name_of: what a value is called, for the annotation.
    """

    __slots__ = ("name_of",)

    def __init__(
        self, prefix: int, least: int, most: int, name_of: Callable[[bytes], str] | None = None
    ) -> None:
        super().__init__(prefix, least, most)
        self.name_of = name_of

    def read(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        start, after = self.bounds(data, at, end)
        return data[start:after], after

    def write(self, value: bytes) -> bytes:
        return self.prefixed(value)

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        start, after = self.bounds(notes.data, at, end)
        value = notes.data[start:after]
        meaning = join_meanings(self.name_of(value) if self.name_of else "", note)
        index = notes.branch(name, at, depth, meaning if value else join_meanings("empty", note))
        notes.leaf("length", at, start, depth + 1, bytes_follow(after - start))
        if value:
            notes.leaf(name, start, after, depth + 1, meaning)
        return notes.close(index, after)


class Vector(Prefixed[tuple[T, ...]]):
    """Elements of one kind behind a length in bytes.

    Args:
        prefix: bytes of the length, 1 to 3.
        element: the kind of every element, or the structure.
        least: fewest bytes of all elements.
        most: most bytes of all elements.
        element_name: what one element is called, for the annotation.
    """

    __slots__ = ("element", "element_name", "letter")

    def __init__(self, prefix: int, element: Kind[T], least: int, most: int, element_name: str) -> None:
        super().__init__(prefix, least, most)
        self.element = element
        self.element_name = element_name
        # Lists of one- and two-byte numbers are most of a ClientHello; struct reads them at once.
        plain = isinstance(element, Uint) and element.allowed is None
        self.letter = {1: "B", 2: "H"}.get(element.size, "") if plain and isinstance(element, Uint) else ""

    def read(self, data: bytes, at: int, end: int) -> tuple[tuple[T, ...], int]:
        start, after = self.bounds(data, at, end)
        if self.letter:
            return self.read_numbers(data, start, after), after
        values: list[T] = []
        read = self.element.read
        position = start
        while position < after:
            try:
                value, position = read(data, position, after)
            except MalformedError as problem:
                problem.path.insert(0, f"{self.element_name} {len(values)}")
                raise
            values.append(value)
        return tuple(values), after

    def read_numbers(self, data: bytes, start: int, after: int) -> tuple[T, ...]:
        """The elements, where they are plain numbers."""
        count, left_over = divmod(after - start, 1 if self.letter == "B" else 2)
        if left_over:
            raise MalformedError("an odd number of bytes in a list of two-byte numbers")
        return struct.unpack_from(f">{count}{self.letter}", data, start)

    def write(self, value: tuple[T, ...]) -> bytes:
        return self.prefixed(b"".join(map(self.element.write, value)))

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        start, after = self.bounds(notes.data, at, end)
        index = notes.branch(name, at, depth, note if after > start else join_meanings("empty", note))
        notes.leaf("length", at, start, depth + 1, bytes_follow(after - start))
        position = start
        while position < after:
            position = self.element.describe(notes, self.element_name, position, after, depth + 1, "")
        return notes.close(index, after)


class Layout(Kind[S]):
    """The kind of a whole structure: its fields one after another.

    Args:
        structure: the dataclass; every field's type is ``Annotated[type, kind]`` or with a note behind it.
    """

    __slots__ = ("parts", "structure")

    def __init__(self, structure: type[S]) -> None:
        self.structure = structure
        self.parts: tuple[tuple[str, Kind[Any], str], ...] = tuple(
            (field.name, *declaration(field.type))
            for field in fields(structure)  # type: ignore[arg-type]  # ``structure`` has made it a dataclass
        )

    def read(self, data: bytes, at: int, end: int) -> tuple[S, int]:
        values = []
        for name, kind, _ in self.parts:
            try:
                value, at = kind.read(data, at, end)
            except MalformedError as problem:
                problem.path.insert(0, name)
                raise
            values.append(value)
        return self.structure(*values), at

    def write(self, value: S) -> bytes:
        return b"".join([kind.write(getattr(value, name)) for name, kind, _ in self.parts])

    def describe(self, notes: Notes, name: str, at: int, end: int, depth: int, note: str) -> int:
        index = notes.branch(name, at, depth, note)
        for part_name, kind, part_note in self.parts:
            at = kind.describe(notes, part_name, at, end, depth + 1, part_note)
        return notes.close(index, at)


def declaration(annotated: object) -> tuple[Kind[Any], str]:
    """The kind and the note that a field's ``Annotated`` type carries."""
    _, kind, *note = get_args(annotated)
    return kind, note[0] if note else ""


class Structure:
    """Base of every declared structure."""

    __slots__ = ()
    LAYOUT: ClassVar[Layout[Any]]

    def encode(self) -> bytes:
        """The structure on the wire.

        Raises:
            SimulatorError: a value does not fit its field.
        """
        return self.LAYOUT.write(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The structure that is exactly these bytes.

        Raises:
            ProtocolViolation: it is none; the alert says how it is answered.
        """
        decoded: Self = decode_whole(cls.LAYOUT, data, cls.__name__)
        return decoded


@dataclass_transform(frozen_default=True)
def structure(cls: type[S]) -> type[S]:
    """Make a declared class a frozen dataclass with slots, and its layout."""
    made = dataclass(frozen=True, slots=True)(cls)
    made.LAYOUT = Layout(made)
    return made


def decode_whole(kind: Kind[T], data: bytes, what: str) -> T:
    """The value that is exactly these bytes.

    Args:
        kind: what to read.
        data: the bytes, no more and no less.
        what: its name, for the error.

    Raises:
        ProtocolViolation: the bytes are no such value, or others follow it.
    """
    try:
        value, end = kind.read(data, 0, len(data))
    except MalformedError as problem:
        place = ".".join([what, *problem.path])
        raise ProtocolViolation(problem.alert, f"{place} is malformed: {problem.problem}.") from problem
    if end != len(data):
        raise ProtocolViolation(
            AlertDescription.DECODE_ERROR,
            f"{what} is followed by {len(data) - end} bytes that are not part of it.",
        )
    return value
