"""Alerts: one side ends the connection, with a code that hints why.

Codes and names are those of RFC 8446 section 6 and RFC 5246 section 7.2. Which alert follows from which
failed check: ``trust/alerts.py``.
"""

from __future__ import annotations

from enum import IntEnum
from functools import partial

from simulator.errors import SimulatorError


class AlertLevel(IntEnum):
    """Alert levels. TLS 1.3 keeps the byte but derives the meaning from the description."""

    WARNING = 1
    FATAL = 2


class AlertDescription(IntEnum):
    """Alert descriptions, by their RFC names in upper case; :attr:`rfc_name` gives the RFC spelling."""

    CLOSE_NOTIFY = 0
    UNEXPECTED_MESSAGE = 10
    BAD_RECORD_MAC = 20
    RECORD_OVERFLOW = 22
    HANDSHAKE_FAILURE = 40
    BAD_CERTIFICATE = 42
    UNSUPPORTED_CERTIFICATE = 43
    CERTIFICATE_REVOKED = 44
    CERTIFICATE_EXPIRED = 45
    CERTIFICATE_UNKNOWN = 46
    ILLEGAL_PARAMETER = 47
    UNKNOWN_CA = 48
    ACCESS_DENIED = 49
    DECODE_ERROR = 50
    DECRYPT_ERROR = 51
    PROTOCOL_VERSION = 70
    INSUFFICIENT_SECURITY = 71
    INTERNAL_ERROR = 80
    INAPPROPRIATE_FALLBACK = 86
    USER_CANCELED = 90
    NO_RENEGOTIATION = 100
    MISSING_EXTENSION = 109
    UNSUPPORTED_EXTENSION = 110
    UNRECOGNIZED_NAME = 112
    BAD_CERTIFICATE_STATUS_RESPONSE = 113
    UNKNOWN_PSK_IDENTITY = 115
    CERTIFICATE_REQUIRED = 116
    NO_APPLICATION_PROTOCOL = 120

    @property
    def rfc_name(self) -> str:
        """The name as the RFC spells it: ``certificate_required``."""
        return self.name.lower()

    @classmethod
    def from_name(cls, name: str) -> AlertDescription:
        """The description of that RFC name.

        Raises:
            KeyError: unknown name.
        """
        return cls[name.upper()]

    @classmethod
    def from_code(cls, code: int) -> AlertDescription | None:
        """The description with that code, or None for an unknown one."""
        return cls._value2member_map_.get(code)  # type: ignore[return-value]  # typed as a map of Enum


WARNINGS = frozenset(
    {AlertDescription.CLOSE_NOTIFY, AlertDescription.USER_CANCELED, AlertDescription.NO_RENEGOTIATION}
)


def level_of(description: AlertDescription) -> AlertLevel:
    """The level this implementation sends with a description."""
    return AlertLevel.WARNING if description in WARNINGS else AlertLevel.FATAL


class ProtocolViolation(SimulatorError):  # noqa: N818 - it names what the peer did, not a failure of ours
    """The peer broke the protocol. It never leaves ``tls``: the machine answers it with its alert.

    Args:
        alert: the alert that answers it.
        message: what the peer did.
        got: what came.
        expected: what may come.
    """

    def __init__(
        self, alert: AlertDescription, message: str, *, got: object = None, expected: object = None
    ) -> None:
        self.alert = alert
        super().__init__(message, got=got, expected=expected)


# The violations that several places raise, by the alert that answers them.
unexpected_message = partial(ProtocolViolation, AlertDescription.UNEXPECTED_MESSAGE)
record_overflow = partial(ProtocolViolation, AlertDescription.RECORD_OVERFLOW)
handshake_failure = partial(ProtocolViolation, AlertDescription.HANDSHAKE_FAILURE)
illegal_parameter = partial(ProtocolViolation, AlertDescription.ILLEGAL_PARAMETER)
decode_error = partial(ProtocolViolation, AlertDescription.DECODE_ERROR)
protocol_version = partial(ProtocolViolation, AlertDescription.PROTOCOL_VERSION)
missing_extension = partial(ProtocolViolation, AlertDescription.MISSING_EXTENSION)
