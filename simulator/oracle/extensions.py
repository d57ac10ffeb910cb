"""The extensions of hellos and CertificateRequest in words, as far as both sides determine them.

They are compared in their order and with their content. Some differences between OpenSSL and the simulation
are deliberate: :data:`ACCEPTED_EXTENSIONS` has each with its reason. The words leave out these and nothing
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import ProtocolViolation
from simulator.tls.wire.distinguished_names import name_text
from simulator.tls.wire.extensions import ExtensionType, extension_name
from simulator.tls.wire.messages import (
    CertificateRequest12,
    ClientHello,
    decode_handshake,
    message_name,
)
from simulator.tls.wire.registry import (
    SPOKEN_SIGNATURE_SCHEMES,
    certificate_type_name,
    group_name,
    signature_scheme_name,
)
from simulator.tls.wire.version import TLS_VERSIONS, TlsVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.tls.wire.extensions import Extension
    from simulator.tls.wire.messages import Message

#: The messages whose extensions are compared.
WITH_EXTENSIONS = (
    "ClientHello",
    "HelloRetryRequest",
    "ServerHello",
    "EncryptedExtensions",
    "CertificateRequest",
)
ALL_SCHEMES = "with all schemes of the simulation"


@dataclass(frozen=True, slots=True)
class AcceptedExtension:
    """A difference in one extension that was chosen.

    Attributes:
        message: where it stands.
        extension: its RFC name, or a field of CertificateRequest in TLS 1.2.
        versions: the versions of TLS in which it differs.
        presence: one side leaves it out; otherwise its content differs.
        reason: why.
    """

    message: str
    extension: str
    versions: tuple[TlsVersion, ...]
    presence: bool
    reason: str


_POINTS = "OpenSSL also lists the compressed points, which RFC 8422 section 5.1.2 took out of use."
_ONLY_12 = "A client of OpenSSL that speaks TLS 1.3 alone also sends what only TLS 1.2 knows."
_SCHEMES = (
    "Where the scenario names no schemes, OpenSSL lists more than the simulation has, in its own order. "
    "Each of the simulation's has to be among them."
)
_CBC = "OpenSSL offers it for its CBC suites (RFC 7366); the simulation has none."
_SCSV = "OpenSSL says so with the suite TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 section 3.3)."
_PADDED = "OpenSSL fills a ClientHello of 256 to 511 bytes up to 512, for old load balancers (RFC 7685)."
_DSA = "OpenSSL also asks for DSA keys; the simulation has none."
_GROUPS = "OpenSSL tells its groups to a client that prefers another one (RFC 8446 section 4.2.7)."
_BOTH, _OLD, _NEW = TLS_VERSIONS, TLS_VERSIONS[:1], TLS_VERSIONS[1:]
ACCEPTED_EXTENSIONS = (
    AcceptedExtension("ClientHello", "encrypt_then_mac", _BOTH, True, _CBC),
    AcceptedExtension("ClientHello", "padding", _BOTH, True, _PADDED),
    AcceptedExtension("ClientHello", "renegotiation_info", _OLD, True, _SCSV),
    AcceptedExtension("ClientHello", "ec_point_formats", _OLD, False, _POINTS),
    AcceptedExtension("ServerHello", "ec_point_formats", _OLD, False, _POINTS),
    AcceptedExtension("ClientHello", "ec_point_formats", _NEW, True, _ONLY_12),
    AcceptedExtension("ClientHello", "session_ticket", _NEW, True, _ONLY_12),
    AcceptedExtension("ClientHello", "extended_master_secret", _NEW, True, _ONLY_12),
    AcceptedExtension("ClientHello", "signature_algorithms", _BOTH, False, _SCHEMES),
    AcceptedExtension("EncryptedExtensions", "supported_groups", _NEW, True, _GROUPS),
    AcceptedExtension("CertificateRequest", "signature_algorithms", _BOTH, False, _SCHEMES),
    AcceptedExtension("CertificateRequest", "certificate_types", _OLD, False, _DSA),
)
_LEFT_OUT = {
    (one.message, version, one.extension)
    for one in ACCEPTED_EXTENSIONS
    if one.presence
    for version in one.versions
}
DSS_SIGN, UNCOMPRESSED = 2, 0  # a certificate type, and a form of points


def extensions_in_words(raw: bytes, version: TlsVersion) -> tuple[str, ...]:
    """The extensions of a message, each in words, without what :data:`ACCEPTED_EXTENSIONS` leaves out.

    Args:
        raw: one of :data:`WITH_EXTENSIONS`, with its header.
        version: the version that is spoken; a ClientHello's own is the one that it offers.
    """
    place = message_name(raw)
    try:
        message = decode_handshake(raw, Version(version))
        if isinstance(message, ClientHello):
            version = "1.2" if forms.SUPPORTED_VERSIONS_OFFER.read(message.extensions) is None else "1.3"
        entries = [(name, " ".join(content)) for name, content in _entries(message, place)]
    except ProtocolViolation as violation:
        return (f"cannot be read: {violation}",)
    kept = ((name, content) for name, content in entries if (place, version, name) not in _LEFT_OUT)
    return tuple(f"{name} {content}".rstrip() for name, content in kept)


def _entries(message: Message, place: str) -> Iterator[tuple[str, Iterable[str]]]:
    """The name and content of each extension; a CertificateRequest of TLS 1.2 has fields in their place."""
    if isinstance(message, CertificateRequest12):
        types = (code for code in message.certificate_types if code != DSS_SIGN)
        yield "certificate_types", map(certificate_type_name, types)
        yield "signature_algorithms", _schemes(message.supported_signature_algorithms)
        yield "certificate_authorities", map(name_text, message.certificate_authorities)
        return
    extensions: tuple[Extension, ...] = getattr(message, "extensions", ())
    for extension in extensions:
        yield extension_name(extension.type), _content(extension, place)


def _content(extension: Extension, place: str) -> Iterable[str]:
    """The content of an extension, without what is random: of key shares the groups alone."""
    alone = (extension,)
    match extension.type, place:
        case ExtensionType.SERVER_NAME, "ClientHello":
            return [one.host_name.decode(errors="replace") for one in forms.SERVER_NAME.read(alone) or ()]
        case ExtensionType.SUPPORTED_GROUPS, _:
            return map(group_name, forms.SUPPORTED_GROUPS.read(alone) or ())
        case ExtensionType.SIGNATURE_ALGORITHMS, _:
            return _schemes(forms.SIGNATURE_ALGORITHMS.read(alone) or ())
        case ExtensionType.EC_POINT_FORMATS, _:
            return ["with uncompressed"] if UNCOMPRESSED in (forms.EC_POINT_FORMATS.read(alone) or ()) else []
        case ExtensionType.CERTIFICATE_AUTHORITIES, _:
            return map(name_text, forms.CERTIFICATE_AUTHORITIES.read(alone) or ())
        case ExtensionType.KEY_SHARE, "ClientHello":
            return [group_name(entry.group) for entry in forms.KEY_SHARE_OFFER.read(alone) or ()]
        case ExtensionType.KEY_SHARE, "ServerHello":
            choice = forms.KEY_SHARE_CHOICE.read(alone)
            return [] if choice is None else [group_name(choice.group)]
        case _:
            return [extension.data.hex()]


def _schemes(codes: Iterable[int]) -> Iterable[str]:
    """The schemes by name, or that none of the simulation's is missing."""
    listed = tuple(codes)
    complete = set(SPOKEN_SIGNATURE_SCHEMES) <= set(listed)
    return [ALL_SCHEMES] if complete else map(signature_scheme_name, listed)
