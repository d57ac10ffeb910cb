"""An actor at its end of a link: it reads what arrives, acts, and sends.

A party reads one record at a time. While its actor has a decision to take, or waits for an OCSP responder, it
reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from simulator.actors.between import FrontServer, OnwardClient
from simulator.actors.client import Client
from simulator.actors.reporting import pieces_to_send
from simulator.actors.server import Server
from simulator.engine.closing import ENDED, WRITE_FAILED, at_refusal, for_late_data, noticed
from simulator.engine.link import Link, latency_of
from simulator.trace.facts import TransportEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from simulator.actors.decisions import TakenBy
    from simulator.actors.opening.in_clear import InClear
    from simulator.engine.kernel import Kernel
    from simulator.engine.link import LinkEnd
    from simulator.engine.recorder import Recorder
    from simulator.scenario import Scenario
    from simulator.scenario.network import Closing
    from simulator.trace.facts import Fact

MICROSECOND = timedelta(microseconds=1)

MICROSECOND = timedelta(microseconds=1)


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
        on_asking: called when the actor has a question to an OCSP responder.
        closing: how it ends a connection that it refuses with an alert.
        writing: the time after which its actor writes the rest of its first words, in microseconds.
        afterwards: called when the actor has done something.
    """

    actor: InClear
    end: LinkEnd
    clock: datetime
    kernel: Kernel
    recorder: Recorder
    on_pending: Callable[[Party], None]
    on_asking: Callable[[Party], None]
    closing: Closing = "alert"
    writing: int = 0
    afterwards: Callable[[], None] | None = None
    _closed: TransportEnded | None = None
    _writes: bool = False  # the rest of the first words is to come
    _watches: int = 0  # the number of the last timer

    def __post_init__(self) -> None:
        self.end.on_arrival = self.read

    @property
    def now(self) -> datetime:
        """The time on its own clock."""
        return self.clock + MICROSECOND * self.kernel.now  # half the work of timedelta(microseconds=…)

    def read(self) -> None:
        """Read one record, unless the actor waits; what is left is read in turn."""
        if self.actor.waits or not self.actor.reads:
            return
        if self.actor.finished:
            self._leave_unread()
            return
        first = self.end.arrived[0]
        if not isinstance(first, bytes):
            self._notice(noticed(first, self.actor.peer))
            return
        facts = self.actor.receive(first, self.now)
        self.end.arrived.popleft()
        self.go_on(facts)

    def decide(self, choice: str, taken_by: TakenBy) -> None:
        """Take the pending decision, and read what arrived meanwhile."""
        self.go_on(self.actor.decide(choice, self.now, taken_by))

    def act(self, facts: Sequence[Fact], *, fresh: bool = False) -> None:
        """Record what the actor did, send its records, and say so if it has to decide."""
        facts, end = at_refusal(facts, self.closing, unread=len(self.end.arrived))
        self.recorder.record(self.actor.name, self.kernel.now, facts, fresh=fresh)
        for piece in pieces_to_send(facts):
            self.end.send(piece)
        for fact in facts:
            if isinstance(fact, TransportEnded) and fact.direction == "sent":  # in clear: the actor's goodbye
                self._hang_up(fact)
        if end is not None:
            self._close(end)
        if self.actor.unsaid and not self._writes:
            self._writes = True
            self.kernel.schedule(self.writing, self._write_on)
        if self.actor.pending is not None:
            self.on_pending(self)
        if self.afterwards is not None:
            self.afterwards()
        if self.actor.awaits:
            self._watch()

    def go_on(self, facts: Sequence[Fact]) -> None:
        """Do what the actor did; then ask a responder, or read on as the next thing that happens."""
        self.act(facts)
        if self.actor.inquiry.question is not None:
            self.on_asking(self)
        if self.end.arrived and not self.actor.waits:
            self.kernel.schedule(0, self.read)

    def _write_on(self) -> None:
        """Write the rest of the first words, unless the connection has ended, and then read."""
        if self.actor.finished or not self.actor.unsaid:
            return
        if (reset := self.end.reset) is not None:
            self._notice(noticed(reset, reason=WRITE_FAILED))
            return
        self.go_on(self.actor.say_the_rest())

    def _watch(self) -> None:
        """Start the actor's timer anew; one that ran before stands still."""
        self._watches += 1
        patience = self.actor.patience
        if patience is not None:
            self.kernel.schedule(patience // MICROSECOND, partial(self._expire, self._watches))

    def _expire(self, watch: int) -> None:
        """Let the actor act on its timer, unless something has happened since that began."""
        if watch == self._watches and self.actor.patience is not None:
            self.go_on(self.actor.out_of_patience(self.now))

    def _close(self, end: TransportEnded) -> None:
        """Close the connection, or reset it when data comes after that; what had arrived is dropped."""
        self.recorder.record(self.actor.name, self.kernel.now, [end])
        self._hang_up(end)

    def _hang_up(self, end: TransportEnded) -> None:
        """Let the end of the connection travel to the far end; what had arrived is dropped."""
        self._closed = end
        self.end.arrived.clear()
        self.end.close(end)

    def _leave_unread(self) -> None:
        """Drop what arrived; TCP answers data for a side that has closed with a reset, once."""
        data = any(isinstance(one, bytes) for one in self.end.arrived)
        self.end.arrived.clear()
        if data and self._closed is not None and self._closed.how == "end of file":
            self._close(for_late_data())

    def _notice(self, end: TransportEnded) -> None:
        """Take note that the connection has ended; what had arrived is never read."""
        self.end.arrived.clear()
        self.act([end, *self.actor.disconnected(ENDED[end.how])])


def parties(
    connection: Scenario,
    actors: tuple[Client, Server],
    kernel: Kernel,
    recorder: Recorder,
    on_pending: Callable[[Party], None],
    on_asking: Callable[[Party], None],
) -> tuple[Party, Party]:
    """The client and the server of a connection, each at its end of a link; arguments as for a party."""
    near, far = Link(kernel, latency_of(connection)).ends
    (client, server), clock = actors, connection.clock
    one = Party(client, near, clock + connection.client.clock_offset, kernel, recorder, on_pending, on_asking)
    other = Party(
        server, far, clock + connection.server.clock_offset, kernel, recorder, on_pending, on_asking
    )
    one.writing, other.closing = round(connection.client.writing_ms * 1000), connection.network.close
    return one, other


def connect(client: Party, server: Party, *, fresh: bool = False) -> None:
    """Open a connection: the client begins, and the server does what it does for a new one.

    Args:
        client: the party that opens it.
        server: the party that takes it.
        fresh: nothing made it happen: a beginning.
    """
    caller, taker = client.actor, server.actor
    assert isinstance(caller, Client)
    assert isinstance(taker, Server)

    def take() -> None:
        server.go_on(taker.open(server.now))

    if taker.may_be_in_clear and not caller.role.unopened_file:
        # The server has the connection when the last segment of TCP's opening arrives; what the client
        # sends at once arrives at the same moment, and behind it.
        server.kernel.schedule(client.end.latency, take)
    client.act(caller.start(client.now), fresh=fresh)


class Junction:
    """Joins a client's connection to the next, which begins when the client is let through.

    Args:
        front: the party in between as the server of the client's connection.
        connect_onward: sets up the next connection with what the client said; returns its two parties, of
            which the client is the party in between.
    """

    def __init__(self, front: Party, connect_onward: Callable[[bytes], tuple[Party, Party]]) -> None:
        self._front = front
        self._connect = connect_onward
        self._onward: Party | None = None
        self._handed_back = False
        self._passed_on = self._passed_back = 0  # bytes, of applications in which words go to and fro
        front.afterwards = self._look

    def _look(self) -> None:
        """Hand on what there is to hand on, each once; an event of one connection causes it in the other."""
        front, onward = self._front, self._onward
        assert isinstance(front.actor, FrontServer)
        if onward is None:
            said = front.actor.to_hand_on
            if said is not None:
                onward, server = self._connect(said)
                self._onward, self._passed_on = onward, len(said)
                onward.afterwards = self._look
                onward.recorder.moved_by("client", front.recorder.cause_of("server"))
                connect(onward, server)
            return
        assert isinstance(onward.actor, OnwardClient)
        if front.actor.pipes:
            self._pass(front, front.actor, onward, onward.actor)
        elif onward.actor.is_answered and not self._handed_back and not front.actor.finished:
            self._handed_back = True
            front.recorder.moved_by("server", onward.recorder.cause_of("client"))
            front.act(front.actor.hand_back(onward.actor.answer))

    def _pass(self, front: Party, server: FrontServer, onward: Party, client: OnwardClient) -> None:
        """Pass what is new on to the server and back to the client; without a session there, end it here."""
        if (words := server.said[self._passed_on :]) and client.may_write:
            self._passed_on += len(words)
            onward.recorder.moved_by("client", front.recorder.cause_of("server"))
            onward.act(client.pass_on(words))
        words, closes = client.heard[self._passed_back :], client.has_no_session and not self._handed_back
        if (words or closes) and not server.finished:
            self._passed_back += len(words)
            self._handed_back = closes
            front.recorder.moved_by("server", onward.recorder.cause_of("client"))
            front.act(server.pass_back(words, closes=closes))
