"""The outcome of a run, as a value; ``outcome.py`` finds it from the events."""

from __future__ import annotations

from typing import Literal

# msgspec reads the annotations of these types while the program runs, so the names must be there.
from simulator.security import RefusalLayer, SecurityLevel, Standing  # noqa: TC001 - see above
from simulator.tls.wire.version import Side  # noqa: TC001 - see above
from simulator.trace.json import TraceValue


class AlertOutcome(TraceValue, frozen=True):
    """The first alert sent, other than close_notify and user_canceled."""

    name: str
    code: int
    sender: Side


class ClientOutcome(TraceValue, frozen=True):
    """The end of the client.

    Attributes:
        handshake: the result that its handshake call would have returned; ``none`` where the connection came
            to its end in clear, so there was no such call.
        believed_when_handshake_returned: its belief at that moment, or None where it failed.
        believes: its belief at the end.
        peer: RFC 4514 subject of the server it ended with, or None.
    """

    handshake: Literal["ok", "failed", "none"]
    believed_when_handshake_returned: SecurityLevel | None
    believes: SecurityLevel
    peer: str | None


class ServerOutcome(TraceValue, frozen=True):
    """The end of the server.

    Attributes:
        handshake: the result that its handshake call would have returned; ``none`` where the connection came
            to its end in clear, so there was no such call.
        standing_when_handshake_returned: the client's standing at that moment, or None where it failed.
        standing: the client's standing at the end.
        peer: RFC 4514 subject of the client it ended with, or None.
    """

    handshake: Literal["ok", "failed", "none"]
    standing_when_handshake_returned: Standing | None
    standing: Standing
    peer: str | None


class Outcome(TraceValue, frozen=True):
    """The outcome of a run, in the terms that scenarios expect and commands print."""

    level: SecurityLevel
    negotiated: str | None
    refused_at: RefusalLayer | None
    alert: AlertOutcome | None
    decisive_check: str | None
    judged_by: Side | None
    client: ClientOutcome
    server: ServerOutcome
