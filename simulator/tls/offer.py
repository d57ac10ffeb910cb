"""Checks of a ClientHello before a TLS 1.3 server chooses from it (RFC 8446 sections 4.1.2 and 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import illegal_parameter, missing_extension
from simulator.tls.wire.extension_rules import KNOWN_TYPES, check_offers
from simulator.tls.wire.extensions import ExtensionPlace, ExtensionType, find_extension
from simulator.tls.wire.registry import group_name

if TYPE_CHECKING:
    from simulator.tls.wire.extensions import ExtensionForm
    from simulator.tls.wire.messages import ClientHello

T = TypeVar("T")

# Extensions that a client may change after HelloRetryRequest; no cookie, because this server sends none.
MAY_CHANGE = frozenset(
    {ExtensionType.KEY_SHARE, ExtensionType.EARLY_DATA, ExtensionType.PRE_SHARED_KEY, ExtensionType.PADDING}
)


def required(form: ExtensionForm[T], hello: ClientHello) -> T:
    """The value of an extension that this handshake requires (RFC 8446 section 9.2).

    Raises:
        ProtocolViolation: ``missing_extension``.
    """
    value = form.read(hello.extensions)
    if value is None:
        raise missing_extension(f"ClientHello has no {form.type.rfc_name}.", got="none")
    return value


def check_hello_extensions(hello: ClientHello) -> None:
    """Refuse extensions that are malformed, misplaced, or without another that they need.

    Raises:
        ProtocolViolation: ``decode_error``, ``illegal_parameter`` or ``missing_extension``.
    """
    check_offers(hello.extensions, ExtensionPlace.CH)
    ticket = find_extension(hello.extensions, ExtensionType.PRE_SHARED_KEY)
    if ticket is None:
        return
    if hello.extensions[-1] is not ticket:
        raise illegal_parameter("pre_shared_key is not the last extension of ClientHello.")
    required(forms.PSK_KEY_EXCHANGE_MODES, hello)  # RFC 8446 section 4.2.9


def offered_shares(hello: ClientHello, groups: tuple[int, ...]) -> dict[int, bytes]:
    """The client's key shares by their groups (RFC 8446 section 4.2.8).

    Args:
        hello: the message that carries them.
        groups: the groups that the client supports.

    Raises:
        ProtocolViolation: ``missing_extension``, or ``illegal_parameter`` for two shares of one group or one
            for a group that the client does not support.
    """
    shares: dict[int, bytes] = {}
    for entry in required(forms.KEY_SHARE_OFFER, hello):
        if entry.group in shares or entry.group not in groups:
            raise illegal_parameter(
                "A key share stands twice, or for a group that the client does not support.",
                got=group_name(entry.group),
                expected="one share at most for each of the supported_groups",
            )
        shares[entry.group] = entry.key_exchange
    return shares


def same_but_for_share(second: ClientHello, first: ClientHello) -> bool:
    """Return True if the second ClientHello differs only where it may (RFC 8446 section 4.1.2).

    Extensions that this implementation does not know are not compared: they have rules of their own.
    """
    return fixed_part(second) == fixed_part(first)


def fixed_part(hello: ClientHello) -> tuple[ClientHello, dict[int, bytes]]:
    """All of a ClientHello that must be the same in the second one."""
    fixed = {
        extension.type: extension.data
        for extension in hello.extensions
        if extension.type in KNOWN_TYPES - MAY_CHANGE
    }
    return replace(hello, extensions=()), fixed
