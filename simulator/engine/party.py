"""An actor at its end of a link: it reads what arrives, acts, and sends.

A party reads one record at a time. While its actor has a decision to take it reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.actors.reporting import bytes_to_send

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from simulator.actors.decisions import TakenBy
    from simulator.actors.peer import Peer
    from simulator.engine.kernel import Kernel
    from simulator.engine.link import LinkEnd
    from simulator.engine.recorder import Recorder
    from simulator.trace.facts import Fact


@dataclass(eq=False, slots=True)
class Party:
    """A party of a connection.

    Attributes:
        actor: takes the decisions.
        end: its end of the link.
        clock: what its own clock shows at virtual time 0.
        kernel: the queue of what happens next.
        recorder: writes down what the actor does.
        on_pending: called when the actor has a decision to take.
    """

    actor: Peer
    end: LinkEnd
    clock: datetime
    kernel: Kernel
    recorder: Recorder
    on_pending: Callable[[Party], None]

    def __post_init__(self) -> None:
        self.end.on_arrival = self.read

    @property
    def now(self) -> datetime:
        """The time on its own clock."""
        return self.clock + timedelta(microseconds=self.kernel.now)

    def read(self) -> None:
        """Read one record, unless a decision is pending; what is left is read in turn."""
        if self.actor.pending is not None:
            return
        if self.actor.machine.finished:
            self.end.arrived.clear()
            return
        facts = self.actor.receive(self.end.arrived[0], self.now)
        self.end.arrived.popleft()
        self.act(facts)
        self._read_on()

    def decide(self, choice: str, taken_by: TakenBy) -> None:
        """Take the pending decision, and read what arrived meanwhile."""
        self.act(self.actor.decide(choice, self.now, taken_by))
        self._read_on()

    def act(self, facts: Sequence[Fact], *, fresh: bool = False) -> None:
        """Record what the actor did, send its records, and say so if it has to decide."""
        self.recorder.record(self.actor.name, self.kernel.now, facts, fresh=fresh)
        if stream := bytes_to_send(facts):
            self.end.send(stream)
        if self.actor.pending is not None:
            self.on_pending(self)

    def _read_on(self) -> None:
        """Read the next record that arrived, as the next thing that happens."""
        if self.end.arrived and self.actor.pending is None:
            self.kernel.schedule(0, self.read)
