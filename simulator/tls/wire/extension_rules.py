"""Checks of the extensions of a message before their values are used (RFC 8446 section 4.2).

An unknown extension is ignored in an offer and refused in an answer. A known one must belong to its message,
and its data must be well-formed even if this implementation does not use it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation, decode_error, illegal_parameter
from simulator.tls.wire.extensions import FORMS, KEPT_EXTENSIONS, Extension, ExtensionPlace, ExtensionType

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

UNCOMPRESSED = 0
SEQUENCE = 0x30
KNOWN_TYPES = frozenset(code for _, code in FORMS)
CERTIFICATE_TRANSPARENCY = ExtensionType.SIGNED_CERTIFICATE_TIMESTAMP  # also beside a certificate (RFC 6962)

# RFC 8446 section 4.2. The forms of ServerHello are also those of TLS 1.2, so these sets are listed.
SHARED_13 = frozenset({ExtensionType.KEY_SHARE, ExtensionType.SUPPORTED_VERSIONS})
LISTED_13: dict[ExtensionPlace, frozenset[int]] = {
    ExtensionPlace.SH: SHARED_13 | {ExtensionType.PRE_SHARED_KEY},
    ExtensionPlace.HRR: SHARED_13 | {ExtensionType.COOKIE},
}


@cache
def specified_for(place: ExtensionPlace) -> frozenset[int]:
    """The extensions that may stand in a message of TLS 1.3."""
    if place in LISTED_13:
        return LISTED_13[place]
    found = frozenset(code for where, code in FORMS if where is place)
    return found | {CERTIFICATE_TRANSPARENCY} if place is ExtensionPlace.CT else found


def check_offers(extensions: Iterable[Extension], place: ExtensionPlace) -> None:
    """Refuse known extensions of an offer or a request that are misplaced or malformed.

    Raises:
        ProtocolViolation: ``illegal_parameter`` or ``decode_error``.
    """
    for extension in extensions:
        check_place(extension, place)
        check_data(extension, place)


def check_answers(extensions: Iterable[Extension], place: ExtensionPlace, asked: Container[int]) -> None:
    """Refuse extensions of an answer that are misplaced, malformed or not asked for.

    Args:
        extensions: of the answering message.
        place: which message that is.
        asked: the types in the message that it answers.

    Raises:
        ProtocolViolation: ``illegal_parameter``, ``unsupported_extension`` or ``decode_error``.
    """
    for extension in extensions:
        check_place(extension, place)
        check_asked(extension, place, asked)
        check_data(extension, place)


def check_place(extension: Extension, place: ExtensionPlace) -> None:
    """Refuse a known extension that is specified for other messages only.

    Raises:
        ProtocolViolation: ``illegal_parameter``.
    """
    if extension.type in KNOWN_TYPES and extension.type not in specified_for(place):
        raise illegal_parameter(f"{place.value} carries {extension.name}, which does not belong there.")


def check_asked(extension: Extension, place: ExtensionPlace, asked: Container[int]) -> None:
    """Refuse an answer to an extension that was not sent.

    Raises:
        ProtocolViolation: ``unsupported_extension``.
    """
    if extension.type not in asked:
        raise ProtocolViolation(
            AlertDescription.UNSUPPORTED_EXTENSION,
            f"{place.value} carries {extension.name}, which was not asked for.",
        )


@lru_cache(maxsize=KEPT_EXTENSIONS)
def check_data(extension: Extension, place: ExtensionPlace) -> None:
    """Refuse data that has none of the forms that the extension has in this message.

    Raises:
        ProtocolViolation: ``decode_error``, for the last of its forms.
    """
    problem: ProtocolViolation | None = None
    for form in FORMS.get((place, extension.type), ()):
        try:
            form.decode(extension.data)
        except ProtocolViolation as violation:
            problem = violation
        else:
            return
    if problem is not None:
        raise problem


def check_point_formats(extensions: Iterable[Extension]) -> None:
    """TLS 1.2: refuse a list of point formats without the mandatory one.

    Raises:
        ProtocolViolation: ``illegal_parameter`` (RFC 8422 sections 5.1.2 and 5.2).
    """
    formats = forms.EC_POINT_FORMATS.read(extensions)
    if formats is not None and UNCOMPRESSED not in formats:
        raise illegal_parameter(
            "ec_point_formats lacks the uncompressed format.",
            got=", ".join(map(str, formats)),
            expected="0 among them",
        )


def check_names(names: Iterable[bytes]) -> None:
    """Refuse a list of authorities with an entry that is not one whole DER SEQUENCE.

    Raises:
        ProtocolViolation: ``decode_error`` (RFC 8446 section 4.2.4, RFC 5246 section 7.4.4).
    """
    for name in names:
        if not is_sequence(name):
            raise decode_error(
                "The list of authorities has an entry that is no distinguished name.",
                got=f"{len(name)} bytes that begin {name[:4].hex(' ')}",
                expected="one DER SEQUENCE",
            )


def is_sequence(data: bytes) -> bool:
    """Return True for one DER SEQUENCE and nothing behind it; its content is not parsed."""
    if len(data) < 2 or data[0] != SEQUENCE:
        return False
    octets = data[1] & 0x7F if data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + octets]) if octets else data[1]
    return length == len(data) - 2 - octets
