"""The events of a telnet machine: values, in the order in which they happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from simulator.telnet.screen import Screen

SessionMode = Literal["tn3270e", "3270", "nvt"]


class TelnetEvent(Struct, frozen=True):
    """Base of every event of telnet."""


class TelnetSent(TelnetEvent, frozen=True):
    """Something went out. The concatenation of ``wire`` over all events is the byte stream."""

    words: str
    wire: bytes


class TelnetReceived(TelnetEvent, frozen=True):
    """Something was read; ``raw`` is how it came."""

    words: str
    raw: bytes


class TelnetMoved(TelnetEvent, frozen=True):
    """The machine moved to another state of its table."""

    before: str
    after: str


class TlsWanted(TelnetEvent, frozen=True):
    """START-TLS is agreed: the machine waits for ``tls_ready``.

    ``unread`` is what came behind the agreement: TLS's bytes, never read as telnet.
    """

    unread: bytes


class ScreenWanted(TelnetEvent, frozen=True):
    """The session is negotiated, or a key was pressed: the server waits for ``show``.

    Attributes:
        mode: how the two talk.
        device: the client's device or terminal type, or empty if it named none.
        resource: the LU name that was assigned, or empty.
    """

    mode: SessionMode
    device: str = ""
    resource: str = ""


class ApplicationNamed(TelnetEvent, frozen=True):
    """The client answered a server that offers Express Logon.

    Attributes:
        application: the ID of the application that its macro logs on to; empty if it names none.
    """

    application: str


class LogonTyped(TelnetEvent, frozen=True):
    """The server read what was typed; a key that leaves the screen types nothing."""

    user: str
    password: str
    leaves: bool = False


class ScreenShown(TelnetEvent, frozen=True):
    """The client's screen changed."""

    screen: Screen


class TelnetRefused(TelnetEvent, frozen=True):
    """The machine ended the connection; ``reason`` says why, and is not on the wire."""

    reason: str
