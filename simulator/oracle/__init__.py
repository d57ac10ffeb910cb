"""The same scenario played with OpenSSL, and the differences.

:func:`play` lets two stock OpenSSL objects play a scenario in memory, :func:`mixed` puts OpenSSL on one side
and our actor on the other, :func:`check` compares what OpenSSL did with what the simulation says.

OpenSSL judges certificates at the machine's time. Here each context is set to the scenario's. That, and all
else that Python's ``ssl`` cannot do, is in :mod:`simulator.oracle.native`.
"""

from __future__ import annotations

from simulator.oracle.accepted import ACCEPTED, Accepted
from simulator.oracle.comparing import check, check_all
from simulator.oracle.observed import Played, PlayedSide, SentAlert, SentMessage
from simulator.oracle.playing import JudgedAt, NotPlayableError, mixed, play
from simulator.oracle.report import CheckReport, CheckRow, Difference

__all__ = [
    "ACCEPTED",
    "Accepted",
    "CheckReport",
    "CheckRow",
    "Difference",
    "JudgedAt",
    "NotPlayableError",
    "Played",
    "PlayedSide",
    "SentAlert",
    "SentMessage",
    "check",
    "check_all",
    "mixed",
    "play",
]
