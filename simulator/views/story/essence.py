"""A run in the few lines that fit on one slide: beats joined into arrows, and a line for each decision.

Left out is what every handshake has and no decision rests on: sizes, tickets, ChangeCipherSpec, Finished. A
client that is not asked sends Finished alone, so there it is shown. A belief begins beside the message or
decision that gives rise to it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from msgspec.structs import replace

from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Alert, Checked, Sent, Step, TransportEnded, UserSought
from simulator.trace.logon_step import LogonStep
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.drawing.cells import shorten
from simulator.views.story.beat_kinds import Band, Belief, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import selection
from simulator.views.story.fields import AS_OPENSSL, first_words, typed_words
from simulator.views.story.lanes import may_show, names_of
from simulator.views.story.words import OUTCOME_MARKS, clean, duration, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Event, Setup
    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat
    from simulator.views.story.lanes import Names
    from simulator.views.story.words import Say

SHOWN = (
    "DO START-TLS",
    "WONT START-TLS",
    "ClientHello",
    "HelloRetryRequest",
    "ServerHello",
    "CertificateRequest",
    "Certificate",
)
PROOFS = ("CertificateVerify", "ServerKeyExchange")  # the second is the server's proof in TLS 1.2
TRUSTED = (CheckName.TRUST_ANCHOR, CheckName.DIRECTLY_TRUSTED)
NO_CERTIFICATE = "has no certificate"  # on a client's card
LONGEST = 22  # letters of a name on an arrow: redirector.example.com
TITLES = {"client": "The client believes", "server": "The server knows"}
#: What is held at the beginning.
NOTHING: dict[str, SecurityLevel | Standing] = {
    "client": SecurityLevel.CLEARTEXT,
    "server": Standing.NOTHING_YET,
}  # what is held at the beginning
UNJUDGED = {CheckOutcome.NOT_EVALUATED}
LATE = "until then the client takes the session for open"


Ground = tuple[CheckOutcome, str]


class Choice(Struct, frozen=True):
    """A decision with its grounds: the certificate, and the proof that completes it.

    Attributes:
        event: the decision, or the ledger that stands for it.
        grounds: outcome and words of each.
        refuses: it says no to the peer.
        decides: the outcome of the run rests on it.
    """

    event: Event
    grounds: tuple[Ground, ...]
    refuses: bool
    decides: bool = False


Row = Flight | Choice


class Essence(Struct, frozen=True):
    """The content of one slide.

    Attributes:
        before: what was set up before the connection, in short sentences.
        cards: side → what it shows or asks for.
        rows: arrows and decisions in their order; of an arrow, ``fields`` is a remark to put below it.
        bands: the bands of the run: each with the event that it begins with, and its number in every picture.
        beliefs: each with the place of the row beside which it begins; -1 for what is held before.
        result: the level, and what it means.
    """

    before: tuple[str, ...]
    cards: dict[str, str]
    rows: tuple[Row, ...]
    bands: tuple[Band, ...]
    beliefs: tuple[tuple[int, Belief], ...]
    result: tuple[str, str]

    def number_of(self, row: Row) -> int:
        """The number of the band that a row belongs to; a step may return with another one."""
        own = [band for band in self.bands if band.step is row.event.step.band]
        begun = [band for band in own if band.event.seq <= row.event.seq]
        return (begun or own)[-1 if begun else 0].number


def essence(trace: Trace) -> Essence:
    """Choose and join the beats of a run."""
    chosen = list(selection(trace, "messages"))
    told = [beat for beat in chosen if not isinstance(beat, Band)]
    names = names_of(trace.setup)
    before = [beat for beat in told if beat.event.step is Step.ENROLMENT]
    rows: list[Row] = []
    found: list[UserSought | LogonStep] = []
    waited = ""
    for beat in told:
        if beat.event.step is Step.ENROLMENT or beat.event.actor not in SIDES:
            continue
        match beat:
            case Flight(receiver="client" | "server"):
                _add_flight(rows, replace(beat, name=waited + beat.name))
                waited = ""
            case Decision():
                unjudged = all(row.event.step is not Step.TRUST_DECISION for row in rows)
                rows += _choice(beat, names.shown, found, unjudged=unjudged)
            case Remark() if isinstance(beat.event.fact, UserSought | LogonStep):
                found.append(beat.event.fact)
            case Remark() if isinstance(beat.event.fact, TimerExpired):
                waited = f"after {duration(beat.event.fact.waited)}: "
            case Ledger():
                rows.append(
                    Choice(beat.event, (_ground(beat, beat.headline, names.shown),), bool(beat.decisive))
                )
            case _:
                pass
    beliefs = [beat for beat in told if isinstance(beat, Belief)]
    shown = tuple(_finished(rows, late=any(belief.gap for belief in beliefs)))
    beside = [(_beside(shown, belief.event), belief) for belief in beliefs]
    for side, nothing in NOTHING.items():
        for first in [belief for belief in beliefs if belief.event.actor == side][:1]:
            event = structs.replace(first.event, seq=0)  # the setup: it is known from the beginning
            beside = [one for one in beside if one[1] is not first or first.held is not nothing]
            beside.insert(0, (-1, replace(first, event=event, held=nothing, assumed=False, gap=None)))
    level, alert = trace.card.level, trace.outcome.alert
    by = f": the {alert.sender} refused" if alert and level.rung is None else ""
    if level.rung is None and trace.card.refused_at in ("tcp", "telnet"):
        by = ": the server refused, and TLS never began"
    elif level.rung is None and trace.card.refused_at is None:
        by = ": no connection was made"
    elif trace.card.client_saw not in (None, "alert"):
        by += f"; all that the client saw: {trace.card.client_saw}"
    return Essence(
        before=tuple(dict.fromkeys(_before(before, names))),
        cards=_cards(trace.setup),
        rows=shown,
        bands=tuple(band for band in chosen if isinstance(band, Band)),
        beliefs=tuple(beside),
        result=(level_name(level), level.plain_words + by),
    )


def grounds_words(row: Choice) -> str:
    """The grounds of a decision in one line."""
    return " · ".join(f"{OUTCOME_MARKS[outcome]} {words}" for outcome, words in row.grounds)


def beliefs_words(told: Essence, side: str) -> str:
    """The beliefs of a side from the beginning to the end, in one line."""
    return " → ".join(held_words(belief) for _, belief in told.beliefs if belief.event.actor == side)


def held_words(belief: Belief) -> str:
    """A belief in two or three words."""
    return level_name(belief.held) + " (assumed)" * belief.assumed


def folded(told: Essence) -> Essence:
    """The same with less; as it is if nothing is left.

    First no remarks, then two arrows of one way as one, then no decision that nothing speaks for or against.
    """
    rows = list(told.rows)
    if any(isinstance(row, Flight) and row.fields for row in rows):
        bare = (replace(row, fields=(), screen=()) if isinstance(row, Flight) else row for row in rows)
        return replace(told, rows=tuple(bare))
    for place, (one, other) in enumerate(pairwise(rows)):
        if isinstance(one, Flight) and isinstance(other, Flight) and _way(one) == _way(other):
            rows[place : place + 2] = [_joined(one, other, f"{one.name}, {other.name}")]
            beliefs = tuple((beside - (beside > place), belief) for beside, belief in told.beliefs)
            return replace(told, rows=tuple(rows), beliefs=beliefs)
    for place, row in enumerate(rows):
        if isinstance(row, Choice) and not row.decides and {how for how, _ in row.grounds} == UNJUDGED:
            beliefs = tuple((beside - (beside >= place > 0), belief) for beside, belief in told.beliefs)
            return replace(told, rows=(*rows[:place], *rows[place + 1 :]), beliefs=beliefs)
    return told


def _way(flight: Flight) -> tuple[str, bool, bool, bool, bool]:
    in_tls = flight.protocol != "cleartext"  # between START-TLS and TLS the other side has its word
    return flight.event.actor, flight.encrypted, flight.refusal, flight.lost, in_tls


def _joined(one: Flight, other: Flight, name: str) -> Flight:
    return replace(one, name=name, read=other.read or one.read)


def _add_flight(rows: list[Row], beat: Flight) -> None:
    """Add an arrow, or join a proof to the arrow of its certificate."""
    fact, bare = beat.event.fact, replace(beat, small="", fields=(), screen=())
    match fact:
        case Alert() if beat.refusal:
            judged = any(isinstance(row, Choice) and row.refuses for row in rows)
            why = [said.removeprefix("Why: ") for said in beat.sentences if said.startswith("Why: ")]
            clear = [AS_OPENSSL.partition(":")[0]] if AS_OPENSSL in beat.fields else []
            rows.append(replace(bare, fields=(*clear, *(() if judged else map(_head, why)))))
        case TransportEnded():
            if beat.event.actor != "client":  # its own end is the goodbye of a session in clear
                rows.append(bare)
        case Sent(name=name, protocol="cleartext") if name.startswith("WILL START-TLS"):
            rows.append(replace(bare, name="WILL START-TLS"))
        case Sent(name=name) if name in PROOFS:
            for place, row in enumerate(rows):
                if isinstance(row, Flight) and _kind(row) == (beat.event.actor, "Certificate"):
                    rows[place] = _joined(row, beat, f"{row.name} + proof")
        case Sent(name="Certificate", to="server") if beat.fields and not fact.is_empty_certificate:
            rows.append(replace(bare, name=f"Certificate of {shorten(_owner(beat), LONGEST)}"))
        case Sent(name=name) if name in SHOWN:
            rows.append(bare)
        case Sent(name="Finished", to="server") if all(
            row.event.step is not Step.SEND_OR_SKIP for row in rows
        ):
            rows.append(bare)
        case Sent(to="server", protocol="application_data" | "cleartext") if typed_words(beat.fields):
            rows.append(replace(bare, name=typed_words(beat.fields)))
        case Sent(to="client", protocol="application_data" | "cleartext"):
            words = first_words(beat.fields, beat.screen)  # they say what it grants
            if words and any(_kind(row) == ("client", fact.name) for row in rows):
                words = f"“{beat.fields[-1].strip('“”')}”"  # what the host says to what was typed
            if words and ("server", fact.name) not in map(_kind, rows):
                rows.append(replace(bare, name=words))
        case _:
            pass


def _owner(beat: Flight) -> str:
    """The name in the first certificate of a message, without the number of the others."""
    return re.sub(r" \(and \d+ more .*", "", beat.fields[0])


def _kind(row: Row) -> tuple[str, str]:
    """The sender and the name of a message."""
    return row.event.actor, row.event.fact.name if isinstance(row.event.fact, Sent) else ""


def _choice(
    beat: Decision, say: Say, found: list[UserSought | LogonStep], *, unjudged: bool
) -> Iterator[Choice]:
    """A decision that no arrow shows: on a certificate and its proof, to leave something out, to refuse.

    What the server grants follows from its judgement. It is shown where there was none, where it looked for a
    user by more than plain subjects, and where the client logged on at a host.
    """
    reason = _head(beat.sentences[0] if beat.sentences else beat.headline)
    grounds = [_ground(ledger, reason, say) for ledger in beat.grounds]
    failed = any(outcome is CheckOutcome.FAIL for outcome, _ in grounds)
    otherwise = beat.refuses is not failed and beat.choice != "defer"  # a person may decide so
    if not grounds or otherwise:
        said = f"a person decided: {beat.choice}" if grounds else reason
        grounds.append((CheckOutcome.FAIL if beat.refuses else CheckOutcome.NOT_EVALUATED, said))
    users = [_user(fact) for fact in found if isinstance(fact, UserSought)]
    logon = _logon([fact for fact in found if isinstance(fact, LogonStep)])
    if users or logon:
        refuses_by_host = any(outcome is CheckOutcome.FAIL for outcome, _ in logon)
        grounds = [*users, *logon, *(grounds if beat.refuses and not refuses_by_host else ())]
    left_out = beat.choice in ("skip", "do not ask", "stay away", "admit", "decline") or (
        beat.choice == "grant" and unjudged
    )
    if beat.ledger or beat.refuses or left_out or users or logon:
        yield Choice(beat.event, tuple(grounds), beat.refuses)


def _user(sought: UserSought) -> Ground:
    """The user that was found, and the rule that decided."""
    if sought.user is None:
        return CheckOutcome.NOT_EVALUATED, "no rule fits: no known user"
    return CheckOutcome.PASS, f"user {clean(sought.user)}, by {clean(sought.fitting[0].rule)}"


def _logon(steps: list[LogonStep]) -> list[Ground]:
    """The result of a logon at a host; why there is no PassTicket says more than the host's refusal."""
    if not steps:
        return []
    last = steps[-1]
    if last.what != "logon refused":
        return [(CheckOutcome.PASS, f"a PassTicket logs {clean(last.user or '')} on")]
    said = next((step.text for step in steps if step.what == "no PassTicket"), last.text)
    return [(CheckOutcome.FAIL, clean(said).rpartition(". ")[2].rstrip("."))]


def _ground(ledger: Ledger, otherwise: str, say: Say) -> Ground:
    """The finding on a certificate or on a proof, in a few words."""
    fact, failed = ledger.event.fact, bool(ledger.decisive)
    assert isinstance(fact, Checked)
    passed = {check.name for check in fact.verdict.checks if check.outcome is CheckOutcome.PASS}
    if not ledger.whole:
        outcome = CheckOutcome.FAIL if failed else CheckOutcome.PASS
        return outcome, "proof does not hold" if failed else "proof holds"
    if failed:
        return CheckOutcome.FAIL, _head(ledger.decisive[1])
    if fact.verdict.peer and not passed.isdisjoint(TRUSTED):
        proof = ", proof holds" if fact.verdict.proof_came_first else ""
        return (
            CheckOutcome.PASS,
            f"{shorten(say(fact.verdict.peer), LONGEST)}: trusted{_looked_up(fact)}{proof}",
        )
    return CheckOutcome.NOT_EVALUATED, otherwise


def _looked_up(fact: Checked) -> str:
    """The result of a look-up of the leaf's revocation; its line has a depth only where it was looked up."""
    for check in fact.verdict.checks:
        if check.name == CheckName.REVOCATION and check.depth == 0:
            return ", not revoked" if check.outcome is CheckOutcome.PASS else ", revocation not known"
    return ""


def _finished(rows: list[Row], *, late: bool) -> Iterator[Row]:
    """The rows with the choice marked that the outcome rests on, and a remark on a refusal noticed late."""
    choices = [row for row in rows if isinstance(row, Choice)]
    final = ([row for row in choices if row.refuses] or choices)[-1:]
    for row in rows:
        if isinstance(row, Choice):
            yield replace(row, decides=row in final)
        else:
            refuses = (row.refusal or row.protocol == "tcp") and row.read is not None
            yield replace(row, fields=(LATE,)) if late and refuses else row


def _beside(rows: tuple[Row, ...], event: Event) -> int:
    """The place of the last row that an actor has sent, read or decided before an event, or sends next."""
    beside = 0
    for place, row in enumerate(rows):
        seq = row.event.seq
        if row.event.actor != event.actor:
            seq = row.read.seq if isinstance(row, Flight) and row.read else event.seq + 2
        beside = place if seq <= event.seq + 1 else beside
    return beside


def _before(earlier: list[Beat], names: Names) -> Iterator[str]:
    """The certificates with their issuers, and all that is special; a key made for a request is not."""
    asking = {beat.event.actor for beat in earlier if isinstance(beat, Flight)} & set(SIDES)
    for beat in earlier:
        match beat:
            case Flight(fields=(whose, issuer, *_)) if beat.event.actor not in SIDES:
                yield f"{whose}, {issuer}"
            case Decision() if beat.choice != "issue":
                yield beat.headline
            case Remark(kind="note") if beat.event.actor not in asking:
                yield beat.headline.replace("The CA", names.subject(beat.event.actor), 1)  # there may be two
            case _:
                pass


def _cards(setup: Setup) -> dict[str, str]:
    """The certificate that the client shows, or how many it has, and the server's policy."""
    sides, names = {actor.name: actor for actor in setup.actors if actor.name in SIDES}, names_of(setup)
    cards: dict[str, str] = dict.fromkeys(SIDES, NO_CERTIFICATE)
    client = sides.get("client")
    if client and len(choice := may_show(client)) > 1:
        cards["client"] = f"has {len(choice)} certificates"
    elif client and client.sends:
        first, *others = client.sends
        chain = f", a chain of {len(others) + 1}" if others else ""
        cards["client"] = f"shows {names.certificate(first)}{chain}"
    if "server" in sides:
        policy = dict(sides["server"].policy).get("client authentication", "none")
        insists = policy.endswith(", and insists on one")  # in fewer words, for the card is narrow
        cards["server"] = "requires any certificate" if insists else f"client certificate: {clean(policy)}"
    return cards


def _head(text: str) -> str:
    """A sentence without its reasons and without its full stop."""
    return re.split(r"[:.] |, so ", text)[0].rstrip(".")
