"""A question of a party to an OCSP responder: a connection of its own, over the same network.

Opening it takes one way there and back before the request can leave. Meanwhile the party's machine stands
still in its verdict state, and its peer waits.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulator.actors.reporting import bytes_on_ocsp_wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.actors.responder import Responder
    from simulator.engine.kernel import Kernel
    from simulator.engine.party import Party
    from simulator.engine.recorder import Recorder
    from simulator.trace.facts import Fact


class Lookup:
    """One question, from the opening of its connection to the answer or its failure.

    Args:
        party: it asks; its actor has the question.
        responders: the responders of this world, by lane.
        kernel: moves the messages.
        recorder: writes down what both do.
        latency: one way through the network, in microseconds.
    """

    def __init__(
        self,
        party: Party,
        responders: Mapping[str, Responder],
        kernel: Kernel,
        recorder: Recorder,
        latency: int,
    ) -> None:
        self._party = party
        self._responders = responders
        self._kernel = kernel
        self._recorder = recorder
        self._latency = latency
        self._question = party.actor.inquiry.question

    def begin(self) -> None:
        """Open the connection to the responder."""
        address, schedule = self._party.actor.inquiry.address, self._kernel.schedule
        if address is None:
            schedule(0, partial(self._fail, "it is not configured with the address of a responder"))
            return
        span, responder = address.patience.total_seconds(), self._responders[address.lane]
        too_late = f"none came within {span:g} second{'' if span == 1 else 's'}"
        schedule(round(span * 1_000_000), partial(self._fail, too_late))
        if not responder.online:
            return  # a machine that is switched off does not even refuse
        if responder.setup.reachable:
            schedule(2 * self._latency, partial(self._ask, responder))
        else:
            schedule(2 * self._latency, partial(self._fail, "the connection was refused"))

    @property
    def _over(self) -> bool:
        """The question was answered, given up, or became needless."""
        return self._party.actor.inquiry.question is not self._question

    def _ask(self, responder: Responder) -> None:
        """The connection is open: the request leaves."""
        if not self._over:
            facts = self._party.actor.responder_reached()
            self._party.act(facts)
            self._kernel.schedule(self._latency, partial(self._request_arrives, responder, facts))

    def _request_arrives(self, responder: Responder, facts: Sequence[Fact]) -> None:
        """The responder reads the request, and takes its time."""
        request, asker = bytes_on_ocsp_wire(facts), self._party.actor.name
        self._record(responder, responder.receive(asker, request))
        if responder.setup.answers != "nothing":
            delay = round(responder.setup.delay.total_seconds() * 1_000_000)
            self._kernel.schedule(delay, partial(self._answer, responder, request))

    def _answer(self, responder: Responder, request: bytes) -> None:
        """The responder answers, whether or not the party still waits."""
        facts = responder.answer(self._party.actor.name, request)
        self._record(responder, facts)
        self._kernel.schedule(self._latency, partial(self._answer_arrives, bytes_on_ocsp_wire(facts)))

    def _answer_arrives(self, data: bytes) -> None:
        """The party reads the answer, unless it has given up."""
        if not self._over:
            self._party.go_on(self._party.actor.responder_answered(data, self._party.now))

    def _fail(self, problem: str) -> None:
        """The party gives up."""
        if not self._over:
            self._party.go_on(self._party.actor.responder_failed(problem, self._party.now))

    def _record(self, responder: Responder, facts: Sequence[Fact]) -> None:
        self._recorder.record(responder.lane, self._kernel.now, facts)
