"""The world of one scenario in motion: actors, the link between them, and decisions from outside.

The link delivers one record at a time, in order, after the network's latency. A side that has to decide
takes its thinking time, and until then reads nothing: what arrives meanwhile waits in its inbox, and after a
refusal is never read.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from simulator.actors.client import Client
from simulator.actors.effects import bytes_to_send, check_choice, check_names
from simulator.actors.server import Server
from simulator.engine import enrolment, roles
from simulator.engine.kernel import Kernel
from simulator.engine.recorder import PEER, Recorder
from simulator.entropy import SeededEntropy
from simulator.errors import DecisionError, ScenarioError
from simulator.scenario import Scenario
from simulator.trace.outcome import trace_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from simulator.actors.effects import Effect, PendingDecision, TakenBy
    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

RECORD_HEADER = 5


class Simulation:
    """One run of a scenario, event by event.

    Args:
        scenario: what is set up; its clock and seed are the only time and randomness there is.
        tls: the protocol version, ``1.2`` or ``1.3``.
        interactive: names of the decisions that wait for :meth:`decide`, or one name; True for all of them.
        script: choices to take in place of the actors, by the number of the decision, from 0.

    Raises:
        ScenarioError: the version is not one of the two, or the scenario is none or cannot be issued.
        DecisionError: ``interactive`` names a decision that nobody takes.
    """

    def __init__(
        self,
        scenario: Scenario,
        tls: TlsVersion = "1.3",
        *,
        interactive: bool | Collection[str] = False,
        script: Mapping[int, str] | None = None,
    ) -> None:
        self.scenario = checked_scenario(scenario)
        self.tls = checked_version(tls)
        self.interactive = (interactive,) if isinstance(interactive, str) else interactive
        if not isinstance(self.interactive, bool):
            check_names(self.interactive)
        entropy = SeededEntropy(scenario.seed)
        cast = roles.cast(scenario, self.tls)
        self.world = cast.world
        self.client = Client(cast.client, entropy.child("client"))
        self.server = Server(cast.server, entropy.child("server"))
        self.decisions: list[tuple[PendingDecision, str, TakenBy]] = []
        self._script = dict(script or {})
        self._latency = round(scenario.network.latency_ms * 1000)
        self._thinking = round(scenario.network.thinking_ms * 1000)
        self._inbox: dict[str, deque[bytes]] = {"client": deque(), "server": deque()}
        self._waiting: list[str] = []
        self._blocked = False
        self._kernel = Kernel(enrolment.beginning(scenario, self.world))
        self._recorder = Recorder(self.tls)
        self._recorder.begin(cast.setup, self._kernel.now)
        before = enrolment.Prologue(self._kernel, self._recorder, self._latency, self._thinking)
        before.schedule(scenario, self.world)
        self._kernel.schedule(-self._kernel.now, self._connect)

    def __repr__(self) -> str:
        """Which run it is, and where it stands."""
        waits = f"the {self.pending.actor} decides: {self.pending.name}" if self.pending else "it can go on"
        now = "it has ended" if self.finished else waits
        return (
            f"<Simulation of {self.scenario.name!r}, TLS {self.tls}, after {len(self.events)} events: {now}>"
        )

    # Going on -------------------------------------------------------------------------------------------

    @property
    def events(self) -> tuple[Event, ...]:
        """What has happened so far."""
        return tuple(self._recorder.events)

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""
        return not self._blocked and self._kernel.peek() is None

    @property
    def pending(self) -> PendingDecision | None:
        """The decision that somebody is thinking about; None where nobody is."""
        return self._actor(self._waiting[0]).pending if self._waiting else None

    @property
    def keylog(self) -> tuple[str, ...]:
        """The secrets of the connection so far, as NSS key log lines. They are no part of the trace."""
        return tuple(self.client.machine.keylog)

    @property
    def trace(self) -> Trace:
        """The whole run, once it has ended.

        Raises:
            DecisionError: it has not; or the script has a choice for a decision that nobody came to.
        """
        if not self.finished:
            raise DecisionError(
                "The run has not ended, so nobody knows yet what came out of it.",
                got=f"{len(self.events)} event{'s' if len(self.events) > 1 else ''} so far",
                expected="a finished run",
                advice="Call run(), and decide() where a decision waits.",
            )
        self._check_script()
        return trace_of(self.events)

    def step(self) -> list[Event]:
        """Let the next thing happen.

        Returns:
            Its events; none where the run has ended, or has come to a decision that waits for
            :meth:`decide`.

        Raises:
            DecisionError: it had come to such a decision before.
        """
        if self._blocked:
            pending = self.pending
            assert pending is not None
            raise DecisionError(
                f"The {pending.actor} waits for a decision from outside.",
                got="step()",
                expected=f"{pending.name}: {' or '.join(pending.options)}",
                advice="Call decide() with one of them.",
            )
        first = len(self._recorder.events)
        while len(self._recorder.events) == first and not self._blocked and self._kernel.step():
            pass
        return self._recorder.events[first:]

    def run(self) -> list[Event]:
        """Go on to the end, or to a decision that waits for :meth:`decide`; returns the new events.

        Raises:
            DecisionError: it has ended, and the script has a choice for a decision that nobody came to.
        """
        first = len(self._recorder.events)
        while not self._blocked and self._kernel.step():
            pass
        if self.finished:
            self._check_script()
        return self._recorder.events[first:]

    def decide(self, choice: str) -> list[Event]:
        """Take the pending decision in the actor's place.

        It is taken when the actor's thinking time is over, whenever this is called, so that a run depends
        on what was chosen and not on how it was stepped through.

        Returns:
            The events up to and including the decision and what it caused at once.

        Raises:
            DecisionError: nothing is pending, or the choice is not on offer.
        """
        if self.finished:
            raise DecisionError(
                "The run has ended, and nobody waits for a decision any more.",
                got=choice,
                expected="a decision that waits",
                advice=f"To take one otherwise, go back: {self._ways_back()}.",
            )
        if self.pending is None:
            raise DecisionError(
                "Nobody waits for a decision yet.",
                got=choice,
                expected="a decision that waits",
                advice="Call run() first: it goes on to the next decision that waits for you, or step().",
            )
        check_choice(self.pending, choice)
        first = len(self._recorder.events)
        number = len(self.decisions)
        if self._blocked:
            self._blocked = False
            self._take(self._waiting[0], choice, "outside")
        else:
            self._script[number] = choice
            self._run_past(number)
        return self._recorder.events[first:]

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
        number = self._number_of(at_decision)
        check_choice(self.decisions[number][0], choice)
        script = {
            place: taken for place, (_, taken, by) in enumerate(self.decisions[:number]) if by == "outside"
        }
        other = Simulation(
            self.scenario, self.tls, interactive=self.interactive, script=script | {number: choice}
        )
        other._run_past(number)
        return other

    def _ways_back(self) -> str:
        """How to take the last decision that left a choice otherwise, as one writes it."""
        for pending, taken, _ in reversed(self.decisions):
            others = [option for option in pending.options if option != taken]
            if others:
                return f'fork("{pending.name}", "{others[0]}")'
        return "make the simulation again"

    def _number_of(self, at_decision: int | str) -> int:
        """The number of a decision that was taken."""
        names = [pending.name for pending, _, _ in self.decisions]
        if isinstance(at_decision, str) and at_decision in names:
            return names.index(at_decision)
        if isinstance(at_decision, int) and 0 <= at_decision < len(names):
            return at_decision
        taken = " or ".join(f"{name!r} (decision {number})" for number, name in enumerate(names))
        raise DecisionError(
            "This run has not taken such a decision.",
            got=at_decision,
            expected=taken or "a decision that was taken; this run has taken none yet",
            advice="Fork at one of these." if taken else "Call run() or step() first.",
        )

    def _check_script(self) -> None:
        """Every choice of the script was taken."""
        late = [number for number in self._script if number not in range(len(self.decisions))]
        if late:
            raise DecisionError(
                "The script has a choice for a decision that this run does not come to.",
                got=", ".join(f"{number}: {self._script[number]}" for number in late),
                expected=f"numbers from 0 to {len(self.decisions) - 1}" if self.decisions else "no script",
                advice="Decisions are counted from 0, in the order in which they are taken.",
            )

    def _run_past(self, number: int) -> None:
        """Go on until the decision of that number has been taken."""
        while len(self.decisions) <= number:
            self.step()

    # What happens -----------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Virtual time 0: the client opens the connection."""
        self._carry_out("client", self.client.start(self._time("client")), fresh=True)

    def _arrive(self, reader: str, record: bytes) -> None:
        """A record reaches a side; it is read at once if nothing stands before it."""
        self._inbox[reader].append(record)
        if len(self._inbox[reader]) == 1:
            self._read(reader)

    def _read(self, reader: str) -> None:
        """A side reads one record, unless it is thinking; what is left is read in turn."""
        actor, inbox = self._actor(reader), self._inbox[reader]
        if actor.pending is not None:
            return
        if actor.finished:
            inbox.clear()
            return
        effects = actor.receive(inbox[0], self._time(reader))
        inbox.popleft()
        self._carry_out(reader, effects)
        if inbox and actor.pending is None:
            self._kernel.schedule(0, partial(self._read, reader))

    def _think_to_the_end(self, name: str) -> None:
        """The thinking time is over: take the decision, or wait for somebody else to take it."""
        pending = self._actor(name).pending
        assert pending is not None
        number = len(self.decisions)
        if number in self._script:
            self._take(name, self._script[number], "outside")
        elif self.interactive is True or (self.interactive and pending.name in self.interactive):
            self._blocked = True
        else:
            self._take(name, pending.choice, "actor")

    def _take(self, name: str, choice: str, taken_by: TakenBy) -> None:
        """Take a decision, and read what arrived meanwhile."""
        actor = self._actor(name)
        pending = check_choice(actor.pending, choice)
        effects = actor.decide(choice, self._time(name), taken_by)
        self._waiting.remove(name)
        self.decisions.append((pending, choice, taken_by))
        self._carry_out(name, effects)
        if self._inbox[name] and actor.pending is None:
            self._kernel.schedule(0, partial(self._read, name))

    def _carry_out(self, name: str, effects: list[Effect], *, fresh: bool = False) -> None:
        """Record what a side did, put its records on the link, and give it time to think."""
        self._recorder.record(name, self._kernel.now, effects, fresh=fresh)
        for record in records_of(bytes_to_send(effects)):
            self._kernel.schedule(self._latency, partial(self._arrive, PEER[name], record))
        if self._actor(name).pending is not None and name not in self._waiting:
            self._waiting.append(name)
            self._kernel.schedule(self._thinking, partial(self._think_to_the_end, name))

    def _actor(self, name: str) -> Client | Server:
        """The side of that name."""
        return self.client if name == "client" else self.server

    def _time(self, name: str) -> datetime:
        """What a side's own clock shows."""
        side = self.scenario.client if name == "client" else self.scenario.server
        return self.scenario.clock + side.clock_offset + timedelta(microseconds=self._kernel.now)


def records_of(stream: bytes) -> list[bytes]:
    """The records of a byte stream that ends with one."""
    records, place = [], 0
    while place < len(stream):
        end = place + RECORD_HEADER + int.from_bytes(stream[place + 3 : place + RECORD_HEADER])
        records.append(stream[place:end])
        place = end
    return records


def checked_scenario(scenario: Scenario) -> Scenario:
    """The scenario, if it is one.

    Raises:
        ScenarioError: it is something else.
    """
    if isinstance(scenario, Scenario):
        return scenario
    advice = 'Take one from the catalogue, as in catalogue["valid-certificate"].'
    if isinstance(scenario, str):
        advice = f'If that is its name, say catalogue["{scenario}"].'
    elif isinstance(getattr(scenario, "scenario", None), Scenario):
        advice = "It has one: say .scenario behind it."
    raise ScenarioError("This is no scenario.", got=repr(scenario), expected="a scenario", advice=advice)


def checked_version(tls: str) -> TlsVersion:
    """The version, if it is one of the two.

    Raises:
        ScenarioError: it is not.
    """
    if tls == "1.2":
        return "1.2"
    if tls == "1.3":
        return "1.3"
    raise ScenarioError(
        "This TLS version is not simulated.",
        got=repr(tls),
        expected="'1.2' or '1.3'",
        advice="Choose one of the two.",
    )
