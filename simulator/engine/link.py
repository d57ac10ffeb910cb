"""The network between two parties: reliable and ordered, and each record takes the latency.

A record that arrives waits at its end of the link until the party reads it. A party that has refused reads
nothing more, so what is still under way then is never read. The end of the connection travels behind the
records, as a segment with FIN or RST does.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.tls.wire.records import CONTENT_TYPES, records_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.engine.kernel import Kernel
    from simulator.scenario import Scenario
    from simulator.trace.facts import TransportEnded


def latency_of(connection: Scenario) -> int:
    """The time from client to server in microseconds: with a party that passes records through, two ways."""
    return round(connection.network.latency_ms * 1000) * (2 if connection.between.passes_through else 1)


class Link:
    """A link with two ends.

    Args:
        kernel: its clock moves the records.
        latency: one-way delay in microseconds.

    Attributes:
        ends: one for each party; what is sent into one comes out of the other.
    """

    def __init__(self, kernel: Kernel, latency: int) -> None:
        near, far = LinkEnd(kernel, latency), LinkEnd(kernel, latency)
        near.other, far.other = far, near
        self.ends = near, far


class LinkEnd:
    """The end of a link at one party.

    Attributes:
        other: the far end.
        latency: one-way delay in microseconds.
        under_way: records on their way to this end, the next to arrive first; last the end, if there is one.
        arrived: what the party has not read yet, oldest first.
        on_arrival: the party's reader, called when a record comes to an empty end. A record behind another
            is read after that one.
    """

    other: LinkEnd
    on_arrival: Callable[[], None]

    def __init__(self, kernel: Kernel, latency: int) -> None:
        self._kernel = kernel
        self.latency = latency
        self.under_way: deque[bytes | TransportEnded] = deque()
        self.arrived: deque[bytes | TransportEnded] = deque()

    def send(self, stream: bytes) -> None:
        """Send whole records to the far end, each on its own; what is no record of TLS travels as it is."""
        for record in records_of(stream) if stream[0] in CONTENT_TYPES else [stream]:
            self._carry(record)

    def close(self, end: TransportEnded) -> None:
        """Send the end of the connection to the far end."""
        self._carry(end)

    @property
    def reset(self) -> TransportEnded | None:
        """The reset that has arrived, read or not, or None: from then on TCP takes nothing more to send."""
        ends = (one for one in self.arrived if not isinstance(one, bytes))
        return next((end for end in ends if end.how == "connection reset"), None)

    def _carry(self, one: bytes | TransportEnded) -> None:
        self.other.under_way.append(one)
        self._kernel.schedule(self.latency, self.other.arrive)

    def arrive(self) -> None:
        """Let the next that is under way arrive."""
        self.arrived.append(self.under_way.popleft())
        if len(self.arrived) == 1:
            self.on_arrival()
