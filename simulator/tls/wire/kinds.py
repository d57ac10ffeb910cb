"""The kinds of field that the RFCs' presentation language has (RFC 8446 section 3).

Integers, opaque bytes of fixed or announced length, and vectors. Every announced length has its bounds, in
bytes, as the RFC writes them: ``opaque legacy_session_id<0..32>`` is ``Opaque(1, 0, 32)``.
"""

# ruff: noqa: D102  # FieldKind documents read, write and describe

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from simulator.errors import SimulatorError
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.codec import FieldKind, FieldNotes, MalformedError, bytes_follow, join_meanings

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def misfit(problem: str, got: object, expected: str) -> SimulatorError:
    """The error for a value that does not fit its field."""
    advice = "Give the message a value that its RFC allows there."
    return SimulatorError(problem, got=got, expected=expected, advice=advice)


@dataclass(frozen=True, slots=True)
class Uint(FieldKind[int]):
    """An unsigned integer in network order.

    Args:
        size: bytes, 1 to 4.
        name_of: the name of a value, for the annotation.
        allowed: the only valid values; any other is an ``illegal_parameter``.
    """

    size: int
    name_of: Callable[[int], str] | None = None
    allowed: frozenset[int] | None = None

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
            raise misfit("A number does not fit its field.", value, f"0 to {(1 << 8 * self.size) - 1}")
        return value.to_bytes(self.size)

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        value, after = self.read(notes.data, at, end)
        meaning = self.name_of(value) if self.name_of else str(value)
        return notes.leaf(name, at, after, depth, join_meanings(meaning, note))


@dataclass(frozen=True, slots=True)
class Fixed(FieldKind[bytes]):
    """Exactly ``length`` opaque bytes."""

    length: int
    name_of: Callable[[bytes], str] | None = None

    def read(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        after = at + self.length
        if after > end:
            raise MalformedError(f"{end - at} bytes where {self.length} are needed")
        return data[at:after], after

    def write(self, value: bytes) -> bytes:
        if len(value) != self.length:
            raise misfit("A field has a fixed length.", f"{len(value)} bytes", f"{self.length} bytes")
        return value

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        value, after = self.read(notes.data, at, end)
        meaning = self.name_of(value) if self.name_of else ""
        return notes.leaf(name, at, after, depth, join_meanings(meaning, note))


@dataclass(frozen=True, slots=True)
class Rest(FieldKind[bytes]):
    """All bytes that are left, of ``least`` to ``most``; ``Rest(0, 0)`` is an empty body."""

    least: int
    most: int

    def read(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        if not self.least <= end - at <= self.most:
            raise MalformedError(f"{end - at} bytes where {self.least} to {self.most} are allowed")
        return data[at:end], end

    def write(self, value: bytes) -> bytes:
        if not self.least <= len(value) <= self.most:
            expected = f"{self.least} to {self.most} bytes"
            raise misfit("A field is too short or too long.", f"{len(value)} bytes", expected)
        return value

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        self.read(notes.data, at, end)
        return notes.leaf(name, at, end, depth, note) if end > at else end


class Prefixed(FieldKind[T]):
    """Base of opaque vectors and lists: a length prefix of ``prefix`` bytes, and bounds in bytes."""

    __slots__ = ("least", "most", "prefix")

    def __init__(self, prefix: int, least: int, most: int) -> None:
        self.prefix = prefix
        self.least = least
        self.most = most

    def bounds(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """The start and the end of the content.

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
            expected = f"{self.least} to {self.most} bytes"
            raise misfit("A vector is too short or too long.", f"{len(content)} bytes", expected)
        return len(content).to_bytes(self.prefix) + content


class Opaque(Prefixed[bytes]):
    """Opaque bytes behind a length.

    Args:
        prefix: bytes of the length, 1 to 3.
        least: fewest bytes of content.
        most: most bytes of content.
        name_of: the name of a value, for the annotation.
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

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
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
        element_name: the name of one element, for the annotation.
    """

    __slots__ = ("element", "element_name", "letter")

    def __init__(self, prefix: int, element: FieldKind[T], least: int, most: int, element_name: str) -> None:
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
        """The elements of a list of plain numbers."""
        count, left_over = divmod(after - start, 1 if self.letter == "B" else 2)
        if left_over:
            raise MalformedError("an odd number of bytes in a list of two-byte numbers")
        return struct.unpack_from(f">{count}{self.letter}", data, start)

    def write(self, value: tuple[T, ...]) -> bytes:
        return self.prefixed(b"".join(map(self.element.write, value)))

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        start, after = self.bounds(notes.data, at, end)
        index = notes.branch(name, at, depth, note if after > start else join_meanings("empty", note))
        notes.leaf("length", at, start, depth + 1, bytes_follow(after - start))
        position = start
        while position < after:
            position = self.element.describe(notes, self.element_name, position, after, depth + 1, "")
        return notes.close(index, after)
