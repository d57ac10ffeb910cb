"""The settings of the network between client and server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ApplicationName = Literal["line", "http", "telnet", "tn3270"]
Closing = Literal["alert", "eof", "reset"]


@dataclass(frozen=True, slots=True)
class Network:
    """The network between client and server.

    Attributes:
        latency_ms: one way through the network, in milliseconds.
        thinking_ms: the time an actor takes for one decision, in milliseconds.
        port: the server's TCP port; 992 is telnet over TLS.
        application: the conversation inside the session: ``line``, a line each; ``http``, one GET and one
            answer; ``telnet`` or ``tn3270``, a terminal and its logon screen.
        close: how the server ends a connection that it refuses with an alert. ``alert``: it reads on until
            the client has closed, so the alert arrives. ``reset``: it closes at once, and TCP answers unread
            data with a reset. ``eof``: its program closes before it has sent the alert.
    """

    latency_ms: float = 20.0
    thinking_ms: float = 1.0
    port: int = 992
    application: ApplicationName = "line"
    close: Closing = "alert"
