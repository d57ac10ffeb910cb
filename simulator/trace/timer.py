"""A timer that expired while a side waited for the other one."""

from __future__ import annotations

from simulator.trace.json import KindOfFact

BEGINNING_OF_TLS = "the beginning of TLS"  # what a server awaits first at a port for TLS


class TimerExpired(KindOfFact, frozen=True, tag="timer_expired"):
    """A side has waited for the other one for as long as it waits.

    Attributes:
        awaited: what did not come, in words: ``the beginning of TLS``.
        waited: how long it waited, in microseconds.
    """

    awaited: str
    waited: int

    @property
    def text(self) -> str:
        """The event in a sentence."""
        return f"{self.awaited[0].upper()}{self.awaited[1:]} did not come within {self.waited / 1e6:g} s."
