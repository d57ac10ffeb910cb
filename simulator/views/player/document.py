"""Everything that a player shows of one run or two, as one document of plain values without secrets.

The document is complete: words, bytes, certificates, ledgers, beliefs, states, questions and the picture.
Whatever changes with the cursor is a list in the order of ``seq``; what holds at a moment is its last entry
up to there.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from simulator.security import SecurityLevel
from simulator.tls.states import DECISIONS, Moves, State
from simulator.tls.wire.version import SIDES
from simulator.trace.compare import likeness
from simulator.trace.facts import (
    BeliefChanged,
    Checked,
    Decided,
    Sent,
    StandingChanged,
    StateChanged,
)
from simulator.trace.level import card_of
from simulator.trace.outcome import TELLING, outcome_of
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import QUESTIONS
from simulator.views.drawing.style import ground_of
from simulator.views.player.messages import messages
from simulator.views.player.picture import GIVING_AWAY, picture
from simulator.views.player.predict import questions, turns
from simulator.views.story.alignment import align
from simulator.views.story.caption import caption
from simulator.views.story.certificate_words import about, certificate_words, evidence
from simulator.views.story.diff_words import bookkeeping
from simulator.views.story.glossary import glossary
from simulator.views.story.lanes import may_show, names_of, run_name, run_title, under_title
from simulator.views.story.message_bytes import chain_of
from simulator.views.story.moments import moments
from simulator.views.story.reading import machine_of, version_of
from simulator.views.story.words import OUTCOME_WORDS, card_facts, clean, level_name, refuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.trace.facts import Event, Setup
    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict

MARKS = {
    CheckOutcome.PASS: "pass",
    CheckOutcome.FAIL: "fail",
    CheckOutcome.NOT_EVALUATED: "none",
    CheckOutcome.NOT_REACHED: "later",
}
Values = dict[str, Any]


def document(trace: Trace, *, detail: str = "messages", finished: bool = True) -> Values:
    """Everything a player shows of one run.

    Args:
        trace: what happened.
        detail: how much the picture shows: ``overview``, ``messages`` or ``everything``.
        finished: the run is over. A run that goes on has no result yet.

    Raises:
        OutputError: the detail is unknown.
    """
    return {"runs": [_run(trace, detail, finished=finished)], "comparison": None}


def comparison(a: Trace, b: Trace, *, detail: str = "messages") -> Values:
    """The same for two runs, with their first divergence and the moments that answer to each other.

    Raises:
        OutputError: the detail is unknown.
    """
    alignment = align(a, b)
    found = alignment.divergence
    compared: Values = {
        "seqs": [found.seq_a, found.seq_b] if found else [None, None],
        "follows": [list(found.follows_a), list(found.follows_b)] if found else [[], []],
        "settings": [[clean(text) for text in row] for row in found.settings] if found else [],
        "bookkeeping": bookkeeping(alignment),
        "across": [_across(a, b), _across(b, a)],
    }
    return {"runs": [_run(a, detail), _run(b, detail)], "comparison": compared}


def beside_stop(contents: Values, cursor: int) -> int:
    """The ``seq`` of the second run of a comparison while the first is at ``cursor``.

    It is the last stop up to the moment that answers to it, as the page has it while both move together.
    """
    answers = contents["comparison"]["across"][0][cursor]
    stops = [event["seq"] for event in contents["runs"][1]["events"] if event["stop"]]
    return max((seq for seq in stops if seq <= answers), default=0)


def _run(trace: Trace, detail: str, *, finished: bool = True) -> Values:
    setup = trace.setup
    asked = questions(trace)
    say = names_of(setup).shown
    events = moments(trace)
    rarely = turns(trace, asked, [event["seq"] for event in events if event["stop"]], finished=finished)
    if not finished and isinstance(trace.events[-1].fact, StateChanged):
        actor = names_of(setup).subject(trace.events[-1].actor)
        events[-1]["headline"] = f"{actor} waits for a decision"
    for event in events:
        event["question"] = asked.get(event["seq"])
        event["turn"] = rarely.get(event["seq"])
        event["words"] = words_in([event["headline"], *event["sentences"]])
    return {
        "title": run_title(setup),
        "subtitle": clean(under_title(trace)),
        "lesson": clean(setup.lesson),
        "name": run_name(trace),
        "caption": caption(trace),
        "level": trace.card.level.value,
        "events": _said(events, say),
        "messages": {str(seq): message for seq, message in messages(trace).items()},
        "certificates": _certificates(trace),
        "actors": [_actor(actor, setup) for actor in setup.actors],
        "levels": [[level.value, level_name(level), level.plain_words] for level in SecurityLevel],
        "beliefs": _said([_belief(event) for event in trace.of(BeliefChanged, StandingChanged)], say),
        "ledgers": _said([_ledger(*one) for one in trace.facts(Checked)], say),
        "decisions": _decisions(trace),
        "cards": _cards(trace),
        "machines": _machines(trace),
        "moves": [_move(*one) for one in trace.facts(StateChanged)],
        "words": entries(dict.fromkeys(term for event in events for term in event["words"])),
        "finished": finished,
        "picture": picture(trace, detail, finished=finished),
    }


def _said(value: Any, say: Callable[[str], str]) -> Any:
    """Plain values with every party and certificate by its one name."""
    match value:
        case str():
            return say(value)
        case list() | tuple():
            return [_said(item, say) for item in value]
        case dict():
            return {key: _said(item, say) for key, item in value.items()}
        case _:
            return value


def _actor(actor: ActorSetup, setup: Setup) -> Values:
    """The setup of an actor; certificates as (name, fingerprint)."""
    names, choice = names_of(setup), may_show(actor)
    prints = {held.name: held.fingerprint for held in setup.certificates}

    def named(keys: tuple[str, ...]) -> list[list[str]]:
        return [[names.certificate(key), prints.get(key, "")] for key in keys]

    return {
        "name": names.title(actor.name),
        "role": actor.role,
        "sends": named(choice if len(choice) > 1 else actor.sends),
        "chooses": len(choice) > 1,
        "trusts": named(actor.trusts),
        "holds": named(actor.holds),
        "policy": [[clean(name), clean(value), name in GIVING_AWAY] for name, value in actor.policy],
    }


def _certificates(trace: Trace) -> dict[str, Values]:
    """Every certificate of the world and of every message, in words, by fingerprint."""
    version = version_of(trace)
    ders = [held.der for held in trace.setup.certificates]
    ders += [der for _, fact in trace.facts(Sent) for der in chain_of(fact, version)]
    found = [certificate_words(trace.setup, der) for der in dict.fromkeys(ders)]
    return {words["fingerprint"]: words for words in found}


def _belief(event: Event) -> Values:
    fact = event.fact
    assert isinstance(fact, BeliefChanged | StandingChanged)
    return {
        "seq": event.seq,
        "side": event.actor,
        "held": fact.held.value,
        "name": level_name(fact.held),
        "colour": ground_of(fact.held).replace(".", "_"),
        "assumed": isinstance(fact, BeliefChanged) and fact.assumed,
        "peer": clean(fact.peer or ""),
        "user": clean((isinstance(fact, StandingChanged) and fact.user) or ""),
        "reason": clean(fact.reason),
    }


def _ledger(event: Event, fact: Checked) -> Values:
    verdict = fact.verdict
    return {
        "seq": event.seq,
        "side": event.actor,
        "role": verdict.role,
        "about": about(verdict),
        "profile": clean(verdict.profile),
        "alert": clean(verdict.alert or ""),
        "checks": [_check(check, verdict) for check in verdict.checks],
    }


def _check(check: Check, verdict: Verdict) -> Values:
    return {
        "name": clean(check.name),
        "mark": MARKS[check.outcome],
        "outcome": OUTCOME_WORDS[check.outcome],
        "decisive": check is verdict.decisive,
        "about": clean(check.subject),
        "question": QUESTIONS.get(check.name, ""),
        "sentence": clean(check.sentence),
        "evidence": evidence(check),
        **({"detail": [clean(line) for line in check.detail]} if check.detail else {}),
    }


def _decisions(trace: Trace) -> list[Values]:
    """Every decision; those of client and server are numbered as a simulation numbers them."""
    numbers = count()
    return [
        {
            "seq": event.seq,
            "number": next(numbers) if event.actor in SIDES else None,
            "options": [clean(option) for option in fact.options],
            "choice": clean(fact.choice),
            "refuses": refuses(fact.choice),
            "judges": fact.decision in ("accept-server", "accept-client"),
        }
        for event, fact in trace.facts(Decided)
    ]


def _cards(trace: Trace) -> list[Values]:
    """The card as it would stand if the run ended there, wherever that changes."""
    found: list[Values] = []
    say = names_of(trace.setup).shown
    for event in trace.events:
        if event.seq and type(event.fact) not in TELLING:
            continue
        before = trace.events[: event.seq + 1]
        facts = [list(pair) for pair in card_facts(card_of(before, outcome_of(before), trace.setup), say)]
        if not found or found[-1]["facts"] != facts:
            found.append({"seq": event.seq, "facts": facts})
    return found


def _machines(trace: Trace) -> Values:
    """The state table of each side: (state, whether its actor has the word there, what it waits for)."""
    machines = [machine_of(trace, side) for side in SIDES]
    return {one.role: [_state(state, one.messages[state]) for state in one.states] for one in machines}


def _state(state: State, row: Moves) -> list[Any]:
    waits = f"may read {', '.join(row)}" if row else "reads nothing"
    if state in DECISIONS:
        waits = f"the actor decides: {' or '.join(DECISIONS[state])}"
    return [state.value, state in DECISIONS, waits]


def _move(event: Event, fact: StateChanged) -> Values:
    return {"seq": event.seq, "side": event.actor, "before": clean(fact.before), "after": clean(fact.after)}


def _across(a: Trace, b: Trace) -> list[int]:
    """For each event of ``a`` the moment of ``b`` that answers to it: the same event where there is one.

    Between two such, and after the last, both go on event by event, neither past what comes next.
    """
    one, other = ([(event.actor, *likeness(event.fact)) for event in trace.events] for trace in (a, b))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    found: list[int] = []
    for at, beside, length in matcher.get_matching_blocks():  # the last block is empty and stands at the end
        while len(found) < at:
            last = found[-1] if found else -1
            found.append(max(0, min(last + 1, beside - 1)))
        found += range(beside, beside + length)
    found[-1] = len(b.events) - 1
    return found


MOST_WORDS = 4


def words_in(texts: Iterable[str]) -> list[str]:
    """The glossary's terms that occur in the texts, each once, in the order in which they occur."""
    pattern, terms = finder()
    matches = [match for text in texts for match in pattern.findall(text)]
    found = [match if match in glossary() else terms[match.lower()] for match in matches]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def entries(terms: Iterable[str]) -> dict[str, list[Any]]:
    """The meaning and the source of each term."""
    return {term: [glossary()[term].text, glossary()[term].source] for term in terms}


@cache
def finder() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for every spelling that is no everyday word, the longest first, and the term of each."""
    words = [word for word in glossary().values() if not word.everyday]
    spellings = {name.lower(): word.term for word in words for name in (word.term, *word.also)}
    longest = sorted(spellings, key=lambda name: (-len(name), name))
    alternatives = "|".join(re.escape(name) for name in longest)
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE), spellings
