"""The agreement of two sides, read from the handshake messages themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import ProtocolViolation
from simulator.tls.wire.messages import (
    CertificateVerify,
    HandshakeType,
    ServerHello,
    ServerKeyExchange,
    decode_handshake,
    message_name,
)
from simulator.tls.wire.registry import group_name, signature_scheme_name, version_name
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.tls.wire.messages import Message
    from simulator.tls.wire.version import Side, TlsVersion

NEGOTIATING = (
    HandshakeType.SERVER_HELLO,
    HandshakeType.SERVER_KEY_EXCHANGE,
    HandshakeType.CERTIFICATE_VERIFY,
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The negotiated parameters, as far as a handshake went.

    Attributes:
        version: the version that ServerHello chose, or None before one.
        group: the group of the key exchange, or None before it is known.
        signatures: signer and scheme of every CertificateVerify and signed ServerKeyExchange, as sent.
    """

    version: str | None = None
    group: str | None = None
    signatures: tuple[str, ...] = ()

    @property
    def tls(self) -> TlsVersion:
        """The version by the name that scenarios use; that of TLS 1.3 before one was chosen."""
        return "1.2" if self.version == version_name(Version.TLS12.wire) else "1.3"

    def after(self, sender: Side, raw: bytes) -> Agreed:
        """The agreement after this message, too.

        Args:
            sender: the side that sent it.
            raw: one handshake message with its header. A message that cannot be read changes nothing.
        """
        if raw[0] not in NEGOTIATING:
            return self
        try:
            return self._with(sender, decode_handshake(raw, _form_of(raw)), message_name(raw))
        except ProtocolViolation:
            return self

    def _with(self, sender: Side, message: Message, name: str) -> Agreed:
        if isinstance(message, ServerHello):
            if name == "HelloRetryRequest":
                return self
            chosen = forms.SUPPORTED_VERSIONS_CHOICE.read(message.extensions)
            share = forms.KEY_SHARE_CHOICE.read(message.extensions)
            version = version_name(message.legacy_version if chosen is None else chosen)
            return replace(self, version=version, group=group_name(share.group) if share else None)
        if isinstance(message, ServerKeyExchange):
            signed = replace(self, group=group_name(message.named_curve))
            return signed._signed(sender, message.algorithm)
        if isinstance(message, CertificateVerify):
            return self._signed(sender, message.algorithm)
        return self

    def _signed(self, signer: Side, scheme: int) -> Agreed:
        return replace(self, signatures=(*self.signatures, f"{signer} {signature_scheme_name(scheme)}"))


def _form_of(raw: bytes) -> Version:
    """A version in which such a message is known; CertificateVerify and ServerHello are alike in both."""
    return Version.TLS12 if raw[0] == HandshakeType.SERVER_KEY_EXCHANGE else Version.TLS13
