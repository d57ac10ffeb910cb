"""The network between two parties: reliable and ordered, and each record takes the latency.

A record that arrives waits at its end of the link until the party reads it. A party that has refused reads
nothing more, so what is still under way then is never read.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.tls.wire.records import records_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.engine.kernel import Kernel


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
        under_way: records on their way to this end, the next to arrive first.
        arrived: records that the party has not read yet, oldest first.
        on_arrival: the party's reader, called when a record comes to an empty end. A record behind another
            is read after that one.
    """

    other: LinkEnd
    on_arrival: Callable[[], None]

    def __init__(self, kernel: Kernel, latency: int) -> None:
        self._kernel = kernel
        self._latency = latency
        self.under_way: deque[bytes] = deque()
        self.arrived: deque[bytes] = deque()

    def send(self, stream: bytes) -> None:
        """Send whole records to the far end; each travels on its own."""
        for record in records_of(stream):
            self.other.under_way.append(record)
            self._kernel.schedule(self._latency, self.other.arrive)

    def arrive(self) -> None:
        """Let the next record that is under way arrive."""
        self.arrived.append(self.under_way.popleft())
        if len(self.arrived) == 1:
            self.on_arrival()
