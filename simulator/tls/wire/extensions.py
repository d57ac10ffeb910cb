"""Extensions: the block that carries them, and the form of each one's data in each kind of message.

A message keeps its extensions in order and byte for byte, known or not (:class:`Extension`). A form builds
and reads the data of one::

    SUPPORTED_GROUPS.build((0x001D, 0x0017))     -> Extension
    SUPPORTED_GROUPS.read(hello.extensions)      -> (0x001D, 0x0017), or None without it

The same extension has another form in another message: ``key_share`` is a list in ClientHello, one entry
in ServerHello, a group in HelloRetryRequest. Forms are declared in :mod:`simulator.tls.wire.extension_forms`.
Source: RFC 8446 section 4.2, and the RFC named at each form.
"""

# ruff: noqa: D102  # FieldKind documents read, write and describe
# No ``from __future__ import annotations``: annotations are declarations here, read as classes are made.
from collections.abc import Iterable
from enum import Enum, IntEnum
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.codec import (
    FieldKind,
    FieldNotes,
    MalformedError,
    Structure,
    bytes_follow,
    decode_whole,
    structure,
)
from simulator.tls.wire.kinds import Opaque, Prefixed, Uint
from simulator.tls.wire.registry import unknown_name

T = TypeVar("T")
# All constant ones of a few kinds of peer. Key shares are new each time and seldom asked for: they go first.
KEPT_EXTENSIONS = 1024


class ExtensionType(IntEnum):
    """Extension code points, by their RFC names in upper case."""

    SERVER_NAME = 0
    MAX_FRAGMENT_LENGTH = 1
    STATUS_REQUEST = 5
    SUPPORTED_GROUPS = 10
    EC_POINT_FORMATS = 11
    SIGNATURE_ALGORITHMS = 13
    APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16
    SIGNED_CERTIFICATE_TIMESTAMP = 18
    CLIENT_CERTIFICATE_TYPE = 19
    SERVER_CERTIFICATE_TYPE = 20
    PADDING = 21
    ENCRYPT_THEN_MAC = 22
    EXTENDED_MASTER_SECRET = 23
    COMPRESS_CERTIFICATE = 27
    RECORD_SIZE_LIMIT = 28
    SESSION_TICKET = 35
    PRE_SHARED_KEY = 41
    EARLY_DATA = 42
    SUPPORTED_VERSIONS = 43
    COOKIE = 44
    PSK_KEY_EXCHANGE_MODES = 45
    CERTIFICATE_AUTHORITIES = 47
    OID_FILTERS = 48
    POST_HANDSHAKE_AUTH = 49
    SIGNATURE_ALGORITHMS_CERT = 50
    KEY_SHARE = 51
    RENEGOTIATION_INFO = 65281

    @property
    def rfc_name(self) -> str:
        """The name as the RFC spells it: ``supported_groups``."""
        return self.name.lower()


class ExtensionPlace(Enum):
    """The message an extension stands in; RFC 8446 section 4.2's abbreviations."""

    __hash__ = object.__hash__  # asked at every extension, and Enum's own hash is a Python function

    CH = "ClientHello"
    SH = "ServerHello"
    HRR = "HelloRetryRequest"
    EE = "EncryptedExtensions"
    CT = "Certificate"
    CR = "CertificateRequest"
    NST = "NewSessionTicket"


def extension_name(code: int) -> str:
    """The name of an extension type."""
    try:
        return ExtensionType(code).rfc_name
    except ValueError:
        return unknown_name(code)


@structure
class Extension(Structure, frozen=True):
    """One extension as it stands on the wire; ``data`` is not looked into."""

    type: Annotated[int, Uint(2, extension_name)]
    data: Annotated[bytes, Opaque(2, 0, 65535)]

    @property
    def name(self) -> str:
        """The RFC's name."""
        return extension_name(self.type)


class EmptyBlock(tuple[Extension, ...]):
    """No extensions, with a length of zero on the wire.

    In TLS 1.2 a hello without extensions may end before the block or carry an empty one. Both are read as
    no extensions; this keeps them apart for the bytes.
    """

    __slots__ = ()


class ExtensionBlock(Prefixed[tuple[Extension, ...]]):
    """The extensions of a message, each type at most once.

    Args:
        place: which message; decides what the data of each extension means.
        least: fewest bytes of the block.
        may_be_left_out: the message may end before the block (the hellos of TLS 1.2).
    """

    __slots__ = ("may_be_left_out", "place")

    def __init__(self, place: ExtensionPlace, *, least: int = 0, may_be_left_out: bool = False) -> None:
        super().__init__(2, least, 65535)
        self.place = place
        self.may_be_left_out = may_be_left_out

    def read(self, data: bytes, at: int, end: int) -> tuple[tuple[Extension, ...], int]:
        if at == end and self.may_be_left_out:
            return (), at
        position, after = self.bounds(data, at, end)
        if position == after:
            return EmptyBlock(), after
        extensions: dict[int, Extension] = {}
        read = Extension.KIND.read
        while position < after:
            extension, position = read(data, position, after)
            if extension.type in extensions:
                raise MalformedError(
                    f"{extension.name} stands there twice", AlertDescription.ILLEGAL_PARAMETER
                )
            extensions[extension.type] = extension
        return tuple(extensions.values()), after

    def write(self, value: tuple[Extension, ...]) -> bytes:
        if not value and self.may_be_left_out and not isinstance(value, EmptyBlock):
            return b""
        return self.prefixed(b"".join([encoded(extension) for extension in value]))

    def describe(self, notes: FieldNotes, name: str, at: int, end: int, depth: int, note: str) -> int:
        if at == end and self.may_be_left_out:
            return at
        position, after = self.bounds(notes.data, at, end)
        index = notes.branch(name, at, depth, note)
        notes.leaf("length", at, position, depth + 1, bytes_follow(after - position))
        while position < after:
            position = describe_extension(notes, self.place, position, after, depth + 1)
        return notes.close(index, after)


def describe_extension(notes: FieldNotes, place: ExtensionPlace, at: int, end: int, depth: int) -> int:
    """Note one extension, its data by the form that fits, and return its end."""
    extension, after = Extension.KIND.read(notes.data, at, end)
    forms = FORMS.get((place, extension.type), ())
    if place is ExtensionPlace.SH:  # a HelloRetryRequest is a ServerHello by its type
        forms += FORMS.get((ExtensionPlace.HRR, extension.type), ())
    index = notes.branch(extension.name, at, depth, "")
    notes.leaf("extension_type", at, at + 2, depth + 1, extension.name)
    notes.leaf("length", at + 2, at + 4, depth + 1, bytes_follow(len(extension.data)))
    start = at + 4
    for form in forms:
        mark = len(notes.fields)
        try:
            if form.kind.describe(notes, extension.name, start, after, depth + 1, "") == after:
                return notes.close(index, after, form.note)
        except MalformedError:
            pass
        del notes.fields[mark:]  # another form of the same extension, or none, fits these bytes
    if start < after:
        notes.leaf("extension_data", start, after, depth + 1, "malformed" if forms else "")
    return notes.close(index, after)


class ExtensionForm(Generic[T]):
    """The form of one extension's data in some messages.

    Args:
        type: which extension.
        kind: its data.
        note: its purpose, in plain words.
        places: the messages in which it has this form.
    """

    __slots__ = ("kind", "note", "type")

    def __init__(
        self,
        type: ExtensionType,  # noqa: A002  # the RFC's name
        kind: FieldKind[T],
        note: str,
        *places: ExtensionPlace,
    ) -> None:
        self.type = type
        self.kind = kind
        self.note = note
        for place in places:
            key = (place, int(type))
            FORMS[key] = (*FORMS.get(key, ()), self)

    def build(self, value: T) -> Extension:
        """The extension with this value.

        Raises:
            SimulatorError: the value does not fit.
        """
        return _built(self, value)

    def read(self, extensions: Iterable[Extension]) -> T | None:
        """The value of the extension, or None without it.

        Raises:
            ProtocolViolation: its data is malformed.
        """
        for extension in extensions:
            if extension.type == self.type:
                return _decoded(self, extension.data)  # type: ignore[no-any-return]
        return None

    def decode(self, data: bytes) -> T:
        """The value that the extension's data is.

        Raises:
            ProtocolViolation: the data is malformed.
        """
        return _decoded(self, data)  # type: ignore[no-any-return]


# Most extensions of a peer are those of every other peer with the same software: they are made and read once.


@lru_cache(maxsize=KEPT_EXTENSIONS)
def encoded(extension: Extension) -> bytes:
    """An extension on the wire."""
    return extension.encode()


@lru_cache(maxsize=KEPT_EXTENSIONS)
def _built(form: ExtensionForm[T], value: T) -> Extension:
    return Extension(int(form.type), form.kind.write(value))


@lru_cache(maxsize=KEPT_EXTENSIONS)
def _decoded(form: ExtensionForm[T], data: bytes) -> T:
    return decode_whole(form.kind, data, form.type.rfc_name)


# Which forms an extension has in a message; more than one where the reader must look at the bytes.
FORMS: dict[tuple[ExtensionPlace, int], tuple[ExtensionForm[Any], ...]] = {}


def find_extension(extensions: Iterable[Extension], type: int) -> Extension | None:  # noqa: A002  # the RFC's name
    """The extension of that type, or None."""
    return next((extension for extension in extensions if extension.type == type), None)
