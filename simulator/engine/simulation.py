"""One run of a scenario, event by event, with decisions taken by the actors or from outside.

An actor takes its time to decide, and until then reads nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import replace

from simulator.actors.between import FrontServer, OnwardClient
from simulator.actors.client import Client
from simulator.actors.decisions import check_names
from simulator.actors.server import Server
from simulator.engine.arguments import checked_scenario, checked_script, checked_version
from simulator.engine.decision_log import DecisionLog
from simulator.engine.enrolment import microseconds
from simulator.engine.kernel import Kernel
from simulator.engine.lookup import Lookup
from simulator.engine.party import Junction, connect, parties
from simulator.engine.preparation import episodes_of, prepare
from simulator.engine.recorder import Recorder
from simulator.entropy import SeededEntropy
from simulator.errors import ArgumentError, DecisionError, InterruptionError
from simulator.trace.connections import placed
from simulator.trace.latest import prompts
from simulator.trace.trace import trace_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from simulator.actors.decisions import PendingDecision, TakenBy
    from simulator.engine.party import Party
    from simulator.engine.preparation import Preparation
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace


class Simulation:
    """One run of a scenario, event by event.

    Args:
        scenario: what is set up; its clock and seed are the only time and randomness there is.
        tls: the protocol version, ``1.2`` or ``1.3``.
        interactive: names of the decisions that wait for :meth:`decide`, or one name; True for all of them.
        script: choices to take in place of the actors, by the number of the decision, from 0.
        ready: the scenario's one connection, made ready elsewhere with certificates that no CA of it issues.

    An exception in the midst of a step, such as Ctrl-C, leaves half of it done. The simulation then refuses
    to go on: what followed would be another run, and would not say so.

    Raises:
        ScenarioError: the version is not one of the two, or ``scenario`` is no scenario or cannot be issued.
        DecisionError: ``interactive`` names a decision that does not exist.
        ArgumentError: ``script`` does not map numbers to choices.
    """

    def __init__(
        self,
        scenario: Scenario,
        tls: TlsVersion = "1.3",
        *,
        interactive: bool | Collection[str] = False,
        script: Mapping[int, str] | None = None,
        ready: Preparation | None = None,
    ) -> None:
        self.scenario = checked_scenario(scenario)
        self.tls = checked_version(tls)
        self.interactive = (interactive,) if isinstance(interactive, str) else interactive
        if not isinstance(self.interactive, bool):
            check_names(self.interactive)
        self._ready = ready
        self._log = DecisionLog({} if script is None else checked_script(script))
        self._waiting: list[Party] = []
        self._blocked = False
        self._half_done = False  # an exception came in the midst of a step
        self._ended: list[Event] = []  # of the connections that have ended
        self._keylog: list[str] = []
        self._onward: OnwardClient | None = None  # a party in between, as the client of the next connection
        self._to_come = 1 if scenario.between.ends_tls else len(episodes_of(scenario))
        self._begin(1)

    def __repr__(self) -> str:
        """The run, its length so far and its pending decision, in a line."""
        waits = f"the {self.pending.actor} decides: {self.pending.name}" if self.pending else "it can go on"
        now = "it was interrupted" if self._half_done else "it has ended" if self.finished else waits
        return (
            f"<Simulation of {self.scenario.name!r}, TLS {self.tls}, after {len(self.events)} events: {now}>"
        )

    @property
    def events(self) -> tuple[Event, ...]:
        """The events so far."""
        return (*self._ended, *self._placed(0))

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""
        return not (self._blocked or self._half_done or self._to_come) and self._kernel.peek() is None

    @property
    def connections(self) -> int:
        """The number of connections there will be: those of the schedule, or one."""
        return len(episodes_of(self.scenario))

    @property
    def decisions(self) -> list[tuple[PendingDecision, str, TakenBy]]:
        """The decisions taken so far: each with the choice and who took it."""
        return self._log.taken

    @property
    def pending(self) -> PendingDecision | None:
        """The pending decision, or None."""
        return self._waiting[0].actor.pending if self._waiting else None

    @property
    def keylog(self) -> tuple[str, ...]:
        """The secrets of the connections so far, as NSS key log lines. They are no part of the trace."""
        onward = self._onward.machine.keylog if self._onward else ()
        return (*self._keylog, *self.client.machine.keylog, *onward)

    @property
    def trace(self) -> Trace:
        """The whole run, once it has ended.

        Raises:
            DecisionError: it has not; or the script has a choice for a decision that was never reached.
            InterruptionError: it was interrupted.
        """
        self._check_whole()
        if not self.finished:
            message = "The run has not ended, so it has no outcome yet."
            got = f"{len(self.events)} event{'s' if len(self.events) > 1 else ''} so far"
            advice = "Call run(), and decide() where a decision waits."
            raise DecisionError(message, got=got, expected="a finished run", advice=advice)
        self._log.check_script()
        return trace_of(self.events)

    def step(self) -> list[Event]:
        """Let the next thing happen.

        Returns:
            Its events; none where the run has ended, or has come to a decision that waits for
            :meth:`decide`.

        Raises:
            DecisionError: it had come to such a decision before, or the script's choice is not on offer: then
                the decision waits.
            InterruptionError: it was interrupted.
        """
        self._check_whole()
        if self._blocked:
            pending = self.pending
            assert pending is not None
            message = f"The {pending.actor} waits for a decision from outside."
            expected = f"{pending.name}: {' or '.join(pending.options)}"
            advice = "Call decide() with one of them."
            raise DecisionError(message, got="step()", expected=expected, advice=advice)
        first = self._count()
        while self._count() == first and not self._blocked and self._advance():
            pass
        return self._events_from(first)

    def run(self) -> list[Event]:
        """Go on to the end, or to a decision that waits for :meth:`decide`; returns the new events.

        Raises:
            DecisionError: it has ended, and the script has a choice for a decision that was never reached; or
                the script's choice is not on offer: then the decision waits.
            InterruptionError: it was interrupted.
        """
        self._check_whole()
        first = self._count()
        while not self._blocked and self._advance():
            pass
        if self.finished:
            self._log.check_script()
        return self._events_from(first)

    def decide(self, choice: str) -> list[Event]:
        """Take the pending decision in the actor's place.

        It is taken when the actor's time to decide has passed, whenever this is called, so that a run depends
        on the choice and not on how it was stepped through.

        Returns:
            The events up to and including the decision and what it caused at once.

        Raises:
            DecisionError: nothing is pending, or the choice is not on offer.
            InterruptionError: it was interrupted.
        """
        self._check_whole()
        if self.finished:
            message = "The run has ended, so no decision is pending."
            advice = f"To take one otherwise, go back: {self._log.way_back()}."
            raise DecisionError(message, got=choice, expected="a pending decision", advice=advice)
        if self.pending is None:
            expected = "a pending decision"
            advice = "Call run() first: it goes on to the next decision that waits for you, or step()."
            raise DecisionError("No decision is pending yet.", got=choice, expected=expected, advice=advice)
        self.pending.checked(choice)
        first = self._count()
        if self._blocked:
            self._half_done = True
            self._blocked = False
            self._take(self._waiting[0], choice, "outside")
            self._half_done = False
        else:
            number = len(self.decisions)
            self._log.script[number] = choice
            self._run_past(number)
        return self._events_from(first)

    def fork(self, at_decision: int | str, choice: str) -> Simulation:
        """Another run: the same up to a decision that was taken, another choice there.

        Args:
            at_decision: its number in ``decisions``, or its name (the first of that name).
            choice: what to choose instead.

        Returns:
            A simulation that has just taken that decision, replayed from the seed.

        Raises:
            DecisionError: no such decision was taken, or the choice was not on offer.
        """
        number = self._log.number_of(at_decision)
        script = self._log.script_with(number, choice)
        other = Simulation(
            self.scenario, self.tls, interactive=self.interactive, script=script, ready=self._ready
        )
        other._run_past(number)
        return other

    def __copy__(self) -> NoReturn:
        """Refuse a copy: it would share clock, actors and randomness with this run.

        Raises:
            ArgumentError: always; :meth:`fork` makes another run.
        """
        got = f"a copy of {self!r}"
        expected = "fork(), which replays the run up to a decision and takes another choice there"
        advice = f"To go another way from here: {self._log.way_back()}."
        raise ArgumentError("A simulation cannot be copied.", got=got, expected=expected, advice=advice)

    def __deepcopy__(self, memo: object) -> NoReturn:
        """Refuse a copy (see :meth:`__copy__`)."""
        self.__copy__()

    def _run_past(self, number: int) -> None:
        """Go on until the decision of that number has been taken."""
        while len(self.decisions) <= number and not self.finished:
            self.step()

    def _advance(self) -> bool:
        """Let the next thing happen as a whole; return False if nothing is left.

        Raises:
            DecisionError: the script's choice is not on offer.
        """
        self._half_done = True
        happened = self._kernel.step() or self._go_on_to_next()
        self._half_done = False
        if self._blocked and (scripted := self._log.script.pop(len(self.decisions), None)) is not None:
            assert self.pending is not None
            self.pending.checked(scripted)
        return happened

    def _check_whole(self) -> None:
        """Refuse to go on after an interruption.

        Raises:
            InterruptionError: it was interrupted.
        """
        if self._half_done:
            outside = {n: choice for n, (_, choice, by) in enumerate(self.decisions) if by == "outside"}
            raise InterruptionError(
                "This simulation was interrupted in the midst of a step, so it cannot go on.",
                got=f"{len(self.events)} events, of which the last may be half of what happened",
                expected="a simulation whose steps are all done",
                advice="Make it again" + (f", with script={outside}." if outside else "."),
            )

    def _begin(self, number: int) -> None:
        """Set up a connection, with what comes before it."""
        ready = self._ready or prepare(self.scenario, self.tls, number)
        self.connection = ready.episode.scenario
        self.world = ready.world
        entropy = self._entropy(number)
        self.client = Client(ready.client, entropy.child("client"), prompts(self._ended))
        self.server = self._server_of(ready, entropy.child("server"))
        network = self.connection.network
        self._decision_time = round(network.thinking_ms * 1000)
        self._start = microseconds(ready.episode.start)
        self._kernel = Kernel(ready.setup.at)
        self._recorder = Recorder(self.tls, number)
        self._recorder.repeat([ready.setup])
        for events in ready.enrolment:
            self._kernel.schedule(events[0].at - ready.setup.at, partial(self._recorder.repeat, events))
        self._ends = self._parties(ready, self.client, self.server, self._recorder)
        if isinstance(self.server, FrontServer):
            Junction(self._ends[1], self._connect_onward)
        self._kernel.schedule(-self._kernel.now, self._connect)
        self._to_come -= 1

    def _go_on_to_next(self) -> bool:
        """Set the next connection up, now that this one has ended; False if none is left."""
        if not self._to_come:
            return False
        self._ended += self._placed(0)
        self._keylog += self.client.machine.keylog
        self._begin(self._recorder.number + 1)
        return True

    def _placed(self, first: int) -> list[Event]:
        """The events of this connection from one on, as they stand in the whole run."""
        return placed(self._recorder.events[first:], len(self._ended), self._start)

    def _count(self) -> int:
        """The number of events so far."""
        return len(self._ended) + len(self._recorder.events)

    def _events_from(self, first: int) -> list[Event]:
        """The events from one on."""
        ended = self._ended[first:]
        return [*ended, *self._placed(max(0, first - len(self._ended)))]

    def _entropy(self, number: int) -> SeededEntropy:
        """The source of a connection's random bytes; the first has those of a scenario without others."""
        entropy = SeededEntropy(self.scenario.seed)
        return entropy if number == 1 else entropy.child(f"connection/{number}")

    def _server_of(self, ready: Preparation, entropy: SeededEntropy) -> Server:
        """The server of the client's connection: the party in between, where there is one."""
        between = self.scenario.between
        if between.party is None or between.passes_through:
            return Server(ready.server, entropy)
        return FrontServer(ready.server, entropy, between.party, between.writes_header)

    def _parties(
        self, ready: Preparation, client: Client, server: Server, recorder: Recorder
    ) -> tuple[Party, Party]:
        """Put the client and the server of a connection at the two ends of a link."""
        asking = partial(self._look_up, ready, recorder)
        scenario = ready.episode.scenario
        return parties(scenario, (client, server), self._kernel, recorder, self._schedule_decision, asking)

    def _connect_onward(self, said: bytes) -> tuple[Party, Party]:
        """Set up the second connection of a party in between, which begins now."""
        ready, entropy = prepare(self.scenario, self.tls, 2), self._entropy(2)
        events = self._recorder.events
        recorder = Recorder(self.tls, 2, events)
        recorder.repeat([replace(ready.setup, seq=len(events), at=self._kernel.now)])
        self._onward = OnwardClient(ready.client, entropy.child("client"), said)
        server = Server(ready.server, entropy.child("server"))
        return self._parties(ready, self._onward, server, recorder)

    def _connect(self) -> None:
        """Virtual time 0 of the connection: the client opens it."""
        connect(*self._ends, fresh=True)

    def _look_up(self, ready: Preparation, recorder: Recorder, party: Party) -> None:
        """Put a party's question to the OCSP responder that it knows."""
        latency = round(ready.episode.scenario.network.latency_ms * 1000)
        Lookup(party, ready.responders, self._kernel, recorder, latency).begin()

    def _schedule_decision(self, party: Party) -> None:
        """Give a party its time to decide."""
        self._waiting.append(party)
        self._kernel.schedule(self._decision_time, partial(self._decision_due, party))

    def _decision_due(self, party: Party) -> None:
        """Take the decision now that its time has passed, or wait for it to be taken from outside."""
        pending = party.actor.pending
        assert pending is not None
        scripted = self._log.script.get(len(self.decisions))
        asked = self.interactive is True or (self.interactive and pending.name in self.interactive)
        if scripted in pending.options:
            self._take(party, scripted, "outside")
        elif asked or scripted is not None:  # a choice that is not on offer: _advance says so
            self._blocked = True
        else:
            self._take(party, pending.choice, "actor")

    def _take(self, party: Party, choice: str, taken_by: TakenBy) -> None:
        """Take a decision."""
        pending = party.actor.pending
        assert pending is not None
        pending.checked(choice)
        self._waiting.remove(party)
        self.decisions.append((pending, choice, taken_by))
        party.decide(choice, taken_by)
