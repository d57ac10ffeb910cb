"""The story of a run: the one walk from events to beats.

Every view renders beats, and none goes through the events again. A detail is a selection of beats.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.tls.wire.version import Protection
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.connections import must_be_one
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Noted,
    Received,
    Sent,
    Setup,
    StandingChanged,
    StateChanged,
    Step,
    TransportEnded,
    Unanswered,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.logon_step import LogonStep
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.drawing.style import DETAILS
from simulator.views.story.beat_kinds import (
    Band,
    Beat,
    Belief,
    CallReturned,
    Decision,
    Flight,
    Ledger,
    Remark,
    RemarkKind,
    in_flights,
)
from simulator.views.story.certificate_words import decisive_words, ledger_lines, result_of, utc_words
from simulator.views.story.fields import key_fields, screen_of, sought_words
from simulator.views.story.headlines import decided, headline, on_holder, refusing_holder, returned
from simulator.views.story.lanes import names_of
from simulator.views.story.reading import (
    gap,
    gap_words,
    idle_authorities,
    is_refusal,
    is_small_talk,
    message_name,
    news,
    reads,
    sent_name,
    unread_since,
    version_of,
)
from simulator.views.story.words import (
    ASSUMED,
    PROTECTION_WORDS,
    clean,
    moment,
    protected,
    question,
    refuses,
    size,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict
    from simulator.views.drawing.style import Detail


#: The last walks, newest first: picture, caption and table of one run ask for the same beats. A trace has no
#: name, and to compare two would take as long as to walk one, so it is known by its identity.
_walked: tuple[tuple[Trace, Detail, tuple[Beat, ...]], ...] = ()
_MOST_WALKED = 32


def beats(trace: Trace, detail: Detail = "messages") -> tuple[Beat, ...]:
    """One beat for each event, in order; ``detail`` says how many words the parts of a beat have.

    Raises:
        OutputError: the trace is of several connections.
    """
    global _walked
    for known, words, told in _walked:
        if known is trace and words == detail:
            return told
    must_be_one(trace)
    walk = _Walk(trace, detail)
    told = tuple(walk.beat(event) for event in trace.events)
    _walked = ((trace, detail, told), *_walked[: _MOST_WALKED - 1])  # one assignment: threads draw, too
    return told


def selection(trace: Trace, detail: Detail) -> Iterator[Beat | Band]:
    """The beats that a detail shows, with a band wherever the step changes.

    The ledger and the proof of a peer stand inside the one decision that rests on both. An idle CA has a
    remark where the connection begins. A session begins when the server has decided: in TLS 1.3 the client's
    first data leave with its certificate, and stay in that band.
    """
    most = DETAILS.index(detail)
    told = with_proofs(beats(trace, detail)[1:])
    shown = [beat for beat in told if DETAILS.index(beat.detail) <= most]
    idle = sorted(idle_authorities(trace))
    step, number = None, count(1)
    decided = min((beat.event.seq for beat in told if beat.event.step is Step.TRUST_DECISION), default=0)
    for beat in in_flights(shown) if detail == "overview" else shown:
        if isinstance(beat, Ledger) and (beat.decided or beat.is_empty):
            continue
        event = beat.ledger.event if isinstance(beat, Decision) and beat.ledger else beat.event
        # A belief, a return or a reading follows from something that was shown: it begins no step.
        begins = isinstance(beat, Flight | Ledger | Decision) or (
            isinstance(beat, Remark) and beat.kind == "note"
        )
        if event.step is Step.SESSION and event.seq < decided:
            begins = False
        if event.step.band is not step and (begins or step is None):
            step = event.step.band
            since = beat.since if isinstance(beat, Decision) else event.seq
            when = f"from {moment(event.at)}" if event.at > 0 else moment(event.at)
            yield Band(0 if step is Step.ENROLMENT else next(number), event, since, when)
            if event.at >= 0:
                yield from (_idle(event, lane) for lane in idle)
                idle = []
        yield beat


#: The decision on a peer's certificate → who decides, and the peer that certificate and proof speak of.
_ON_BOTH = {"accept-server": ("client", "server"), "accept-client": ("server", "client")}


def with_proofs(told: Iterable[Beat]) -> list[Beat]:
    """The beats with the decision on a certificate and the proof after it as the decision on its holder.

    It stands where the proof is read. The machine decides on the certificate before that, and a proof that
    does not hold refuses what the certificate alone would have opened.
    """
    found: list[Beat | None] = []
    waiting: dict[str, tuple[int, Decision]] = {}
    for beat in told:
        actor, fact = beat.event.actor, beat.event.fact
        if isinstance(beat, Decision) and isinstance(fact, Decided) and fact.decision in _ON_BOTH:
            side, peer = _ON_BOTH[fact.decision]
            head = on_holder(side, peer, beat.choice)
            beat = replace(beat, headline=head, question=f"Does the {side} accept this {peer}?")
            if beat.ledger and beat.ledger.presented and not beat.refuses:
                waiting[actor] = len(found), beat
                beat = replace(beat, headline=beat.ledger.headline, choice="", others=())
        elif isinstance(beat, Ledger) and not beat.whole and not beat.is_empty and actor in waiting:
            place, decision = waiting.pop(actor)
            found[place] = None
            choice, others = decision.choice, decision.others
            if beat.decisive:
                choice, others = "refuse", (choice,)
                decision = replace(decision, headline=refusing_holder(decision.headline))
            beat = replace(decision, choice=choice, others=others, refuses=bool(beat.decisive), proof=beat)
        found.append(beat)
    return [beat for beat in found if beat is not None]


def _idle(event: Event, lane: str) -> Remark:
    words = "The CA takes no part in the connection"
    return Remark(event=event, detail="overview", headline=words, kind="idle", lane=lane, words=words + ".")


def _passed(ledger: Ledger) -> bool:
    return ledger.result is not None and ledger.result[0] is CheckOutcome.PASS


class _Walk:
    """Goes through the events and keeps what the next beat must know: ledgers, readings, the error."""

    def __init__(self, trace: Trace, detail: Detail) -> None:
        self.trace, self.detail = trace, detail
        self.names = names_of(trace.setup)
        self.version, self.reads, self.lost = version_of(trace), reads(trace), unread_since(trace)
        self.gap = gap(trace)
        self.grounds = {event.cause for event in trace.of(Decided)}
        self.verdicts: dict[str, Verdict] = {}
        self.ledgers: dict[int | None, Ledger] = {}  # those that a decision rests on

    def beat(self, event: Event) -> Beat:
        """The beat of one event."""
        fact, say = event.fact, self.names.shown
        match fact:
            case Sent() | Alert(direction="sent"):
                return self._flight(event, fact)
            case TransportEnded(direction="sent"):
                return self._end(event, fact)
            case TransportEnded():
                words = f"{self._head(event)}. {fact.reason}"
                return replace(self._remark(event, "end", words, (fact.reason,)), detail="overview")
            case Checked():
                return self._ledger(event, fact.verdict)
            case Decided():
                return self._decision(event, fact)
            case BeliefChanged() | StandingChanged():
                return self._belief(event, fact)
            case HandshakeReturned():
                return self._returned(event, fact)
            case Received() | Alert():
                words = f"reads {message_name(fact.name)} ({moment(event.at)})"
                said = self._alert(fact) if isinstance(fact, Alert) else ()
                return self._remark(event, "reading", words, said)
            case StateChanged():
                return self._remark(event, "state", f"{clean(fact.before)} → {clean(fact.after)}")
            case UserSought() | CertificateSought():
                return self._remark(event, "note", *sought_words(fact, say))
            case Noted() | HeaderRead() | LogonStep() | TimerExpired():
                words = say(fact.text)
                return self._remark(event, "note", words, tuple(filter(None, [words.partition(". ")[2]])))
            case Unanswered(reason=why):
                return self._remark(event, "note", f"{self._head(event)}: {clean(why)}.")
            case Setup():
                said = (
                    "Before the first message: who holds what, and whom each side trusts.",
                    f"What is simulated begins at {utc_words(clean(fact.clock))}.",
                )
                return self._remark(event, "setup", "", said)

    def _head(self, event: Event) -> str:
        return headline(event, self.names)

    def _remark(self, event: Event, kind: RemarkKind, words: str, sentences: tuple[str, ...] = ()) -> Remark:
        return Remark(
            event=event,
            detail="messages" if kind == "note" else "everything",
            headline=self._head(event),
            sentences=sentences,
            kind=kind,
            lane=event.actor,
            words=words,
        )

    def _flight(self, event: Event, fact: Sent | Alert) -> Flight:
        if isinstance(fact, Alert):
            receiver, name = fact.peer, f"Alert: {clean(fact.name)}"
            small, said = f"{fact.level}, code {fact.code}", self._alert(fact)
        else:
            receiver, name = fact.to, sent_name(fact)
            small = size(len(fact.raw)) if fact.raw else "contents secret"
            said = (f"{small}, {protected(fact.protection)}.",)
        if fact.protocol == "enrolment":
            said = (f"To {self.names.phrase(receiver)}, before and outside the connection.",)
        elif fact.protocol == "ocsp":
            said = (f"To {self.names.phrase(receiver)} over HTTP, outside the connection.",)
            small += f" over HTTP, {PROTECTION_WORDS[fact.protection]}"
        else:
            small += f", {PROTECTION_WORDS[fact.protection]}"
        last = self.verdicts.get(event.actor)
        fields = () if self.detail == "overview" else key_fields(fact, self.trace, last)
        return Flight(
            event=event,
            detail="messages" if is_small_talk(fact, self.version) else "overview",
            headline=self._head(event),
            sentences=said,
            receiver=receiver,
            name=name,
            small=small,
            fields=tuple(map(self.names.shown, fields)),
            protocol=fact.protocol,
            protection=fact.protection,
            refusal=is_refusal(fact),
            read=self.reads.get(event.seq),
            lost_since=self.lost.get(event.seq),
            screen=screen_of(fact, self.trace) if fields and isinstance(fact, Sent) else (),
        )

    def _end(self, event: Event, fact: TransportEnded) -> Flight:
        """A segment of TCP that ends the connection: an arrow that no keys protect."""
        small = "RST: data was lost" if fact.how == "connection reset" else "FIN: nothing more comes"
        return Flight(
            event=event,
            detail="overview",
            headline=self._head(event),
            sentences=(fact.reason,),
            receiver=fact.peer,
            name=f"TCP: {fact.how}",
            small=small,
            fields=() if self.detail == "overview" else (fact.reason,),
            protocol="tcp",
            protection=Protection.CLEAR,
            refusal=False,
            read=self.reads.get(event.seq),
            lost_since=None,
        )

    def _alert(self, alert: Alert) -> tuple[str, ...]:
        said = [f"Code {alert.code}, {alert.level}, {protected(alert.protection)}."]
        if alert.reason:
            said.append(f"Why: {self.names.shown(alert.reason)}")
        if is_refusal(alert) and alert.direction == "sent":
            said.append("The code is all that is sent, not the reason.")
        return tuple(said)

    def _ledger(self, event: Event, verdict: Verdict) -> Ledger:
        before, self.verdicts[event.actor] = self.verdicts.get(event.actor), verdict
        checks, decisive, say = news(before, verdict), verdict.decisive, self.names.shown
        whole = len(checks) == len(verdict.checks)
        if whole:
            thing, lines = "certificate", ledger_lines(verdict, self.detail, say)
            passed = sum(check.outcome is CheckOutcome.PASS for check in checks)
            said = [f"Each of the {passed} checks that were made passed."]
            if not passed:
                came = CheckName.CERTIFICATE_PRESENTED
                said = [say(check.sentence) for check in checks if check.name == came]
            if decisive:
                said = [f"The check {clean(decisive.name)} failed.", say(decisive.sentence)]
        else:
            thing, said = "proof", [say(check.sentence) for check in checks]
            failed = (check for check in checks if check.outcome is CheckOutcome.FAIL)
            lines, decisive = (), next(failed, None)
        ledger = Ledger(
            event=event,
            detail="messages" if verdict.accepted else "overview",
            headline=self._head(event),
            sentences=tuple(said),
            title=f"The {verdict.role}'s {thing}, checked",
            result=result_of(verdict, checks, say),
            presented=verdict.peer is not None and not verdict.proof_came_first,
            lines=lines,
            decisive=decisive_words(decisive, say) if decisive else (),
            whole=whole,
            decided=whole and event.seq in self.grounds,
        )
        if ledger.decided:
            self.ledgers[event.seq] = ledger
        return ledger

    def _decision(self, event: Event, fact: Decided) -> Decision:
        ledger = self.ledgers.get(event.cause)
        reason = self.names.shown(fact.reason)
        outside = "A person decided this." if fact.taken_by == "outside" else ""
        # The ledger has said the reason where a check failed, and where none did.
        said = ledger is not None and (reason in ledger.decisive or _passed(ledger) != refuses(fact.choice))
        told = "" if said or self.detail == "overview" else reason
        return Decision(
            event=event,
            detail="overview" if len(fact.options) > 1 else "messages",
            headline=decided(fact, self.names.subject(event.actor)),
            sentences=tuple(filter(None, (reason, outside))),
            since=ledger.event.seq if ledger else event.seq,
            question=question(fact.decision),
            choice=clean(fact.choice),
            others=tuple(clean(option) for option in fact.options if option != fact.choice),
            refuses=refuses(fact.choice),
            reason=f"{outside} {told}".strip(),
            ledger=ledger,
        )

    def _belief(self, event: Event, fact: BeliefChanged | StandingChanged) -> Belief:
        assumed = isinstance(fact, BeliefChanged) and fact.assumed
        ended = self.gap if self.gap and self.gap.end.seq == event.seq else None
        reason = self.names.shown(fact.reason)
        said = [reason, ASSUMED if assumed else "", gap_words(ended) if ended else ""]
        return Belief(
            event=event,
            detail="overview",
            headline=self._head(event),
            sentences=tuple(filter(None, said)),
            held=fact.held,
            assumed=assumed,
            reason="" if self.detail == "overview" else reason,
            gap=ended,
        )

    def _returned(self, event: Event, fact: HandshakeReturned) -> CallReturned:
        agreed = [clean(text) for text in (fact.cipher_suite, fact.group) if text]
        version = f"TLS {fact.negotiated}" if fact.negotiated else "no version"
        said = ["The program above is told that there is no connection."]
        if fact.result != "failed":
            said = [f"Agreed: {', '.join([version, *agreed])}."]
            said.append("The program above now takes the connection for open.")
        return CallReturned(
            event=event,
            detail="overview",
            headline=self._head(event),
            sentences=tuple(said),
            words=f"{returned(fact)} ({moment(event.at)})",
            gap=self.gap if self.gap and self.gap.start.seq == event.seq else None,
        )
