"""You are the server: a case shows what a client presented and what you trust, and you decide.

A case shows a run's setup and messages, without its verdict. Your decision is compared with that of the
simulator's own server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulator.lessons.arguments import spelt, wrong_argument
from simulator.lessons.facts.facts import fact
from simulator.lessons.facts.values import NONE
from simulator.lessons.page import Code, Lead, Shown, Table, page
from simulator.lessons.quiz.buttons import with_buttons
from simulator.lessons.quiz.question import Attempt
from simulator.lessons.traces import client_chain
from simulator.runs.run import simulate
from simulator.trace.facts import Checked
from simulator.trace.latest import last_verdict
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.words import common_name, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.lessons.page import Block
    from simulator.runs.run import Run
    from simulator.trace.facts import Setup
    from simulator.views.drawing.notebook import Exhibit

# The cases by number: a name would give the answer away.
CASES = (
    "no-purpose-stated",
    "expired-ca",
    "issuer-is-not-a-ca",
    "missing-intermediate",
    "self-signed-trusted",
    "stolen-certificate",
    "key-usage-without-signing",
    "name-constraint-violated",
)
ACCEPT = "accept"
# The checks that an answer may name, with their questions: those that fail in some case, and those that
# people confuse them with. In the order of the ledger.
CHECKS = {
    "trust-anchor": "Does the path lead, from issuer to issuer, to something that you trust?",
    "key-usage": "May the key do what it does here: digitalSignature for a client, keyCertSign for a CA?",
    "extended-key-usage": "Was the certificate issued for this purpose: clientAuth, or none stated?",
    "basic-constraints": "Is every issuer in the path a CA and says so? (What is trusted itself needs none.)",
    "validity": "Does your clock stand between not before and not after, for each certificate of the path?",
    "signature": "Does each issuer's key verify the signature on what it issued?",
    "name-constraints": "Do the names lie in the name space that a CA above is limited to?",
    CheckName.PROOF_OF_POSSESSION: (
        "Does the client's signature over this handshake fit the key in its certificate?"
    ),
}
ANSWERS = tuple(CHECKS)
LETTERED = dict(zip("ABCDEFGHI", (ACCEPT, *ANSWERS), strict=True))  # a button for each decision
SHOWN = {
    "Subject": "Subject",
    "Issuer": "Issuer",
    "Not before": "Not before",
    "Not after": "Not after",
    "basicConstraints": "CA?",
    "keyUsage": "Key usage",
    "extKeyUsage": "Extended key usage",
    "subjectAltName": "Alternative names",
    "nameConstraints": "Name constraints",
}


@dataclass(frozen=True, repr=False)
class Case(Shown):
    """A client to decide about.

    Attributes:
        number: the case's number, from 1.
        run: the run in which the simulator's server decides.
    """

    number: int
    run: Run

    @property
    def right(self) -> str:
        """The decision of the simulator's server: ``accept``, or the first check that fails."""
        failed: str = fact(self.run.trace, "server_failed_at")
        return ACCEPT if failed == NONE else failed

    @property
    def options(self) -> tuple[str, ...]:
        """The decisions that can be taken."""
        return tuple(LETTERED.values())

    @cached_property
    def attempt(self) -> Attempt:
        """The decisions that were tried by button so far."""
        return Attempt(self)

    def objection(self, chosen: str) -> tuple[Block, ...]:
        """The reply to a wrong decision: what the ledger says of that check, nothing of the right one."""
        unreached = f"The server did not come to {chosen}: another check had failed before."
        why = "A check fails." if chosen == ACCEPT else self._sentences(chosen) or unreached
        return Lead(f"The simulator does not say {chosen}."), why

    def reply(self) -> tuple[Block, ...]:
        """The right decision and its reason."""
        return self._told(f"The right decision: {self.right}.", self.right)

    def answer(self, decision: str) -> Exhibit:
        """Compare a decision with the simulator's.

        Args:
            decision: ``accept``, or the name of the check that fails first; ``?`` for none yet.
        """
        said = spelt(decision)
        if said not in (ACCEPT, *ANSWERS):
            return page(
                Lead("Your decision, please."),
                f"Say {ACCEPT}, or name the check that fails first: {', '.join(ANSWERS)}.",
            )
        agreed = said == self.right
        lead = "So does the simulator." if agreed else f"The simulator decides otherwise: {self.right}."
        return page(*self._told(lead, said))

    def explained(self) -> Exhibit:
        """The right decision and its reason, for a class."""
        return page(*self.reply())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the case with a button for each decision, and as a page for a notebook without anywidget."""
        asked = {ACCEPT: "no check fails"} | CHECKS
        options = [(letter, f"{decision}: {asked[decision]}") for letter, decision in LETTERED.items()]
        still = super()._repr_mimebundle_(include, exclude)
        return with_buttons(still, "Your decision:", options, self._pressed, above=still["text/html"])

    def _pressed(self, letter: str) -> tuple[str, dict[str, str]]:
        """The reply to a button as HTML, and the mark of every button pressed so far."""
        reply = page(*self.attempt.answer(LETTERED[letter])).html
        marks = self.attempt.marks
        return reply, {one: marks[decision] for one, decision in LETTERED.items() if decision in marks}

    def _told(self, lead: str, said: str) -> tuple[Block, ...]:
        return Lead(lead), self._reasons(said), Code(f"clientauth run {CASES[self.number - 1]}")

    def _sentences(self, said: str) -> str:
        """The ledger's sentences on a check; empty for a check that was not reached."""
        verdict = last_verdict(self.run.trace.events, "server")
        assert verdict is not None
        reached = (check for check in verdict.checks if check.outcome is not CheckOutcome.NOT_REACHED)
        return " ".join(dict.fromkeys(check.sentence for check in reached if check.name == said))

    def _reasons(self, said: str) -> str:
        """The ledger's sentences on the named check and on the decisive one."""
        verdict = last_verdict(self.run.trace.events, "server")
        assert verdict is not None
        named, decisive = self._sentences(said), verdict.decisive
        if decisive is None:
            return f"{named} No check failed.".strip()
        if said == decisive.name:
            return named
        if said != ACCEPT and not named:
            named = f"The server did not come to {said}: {decisive.name} had failed before."
        return f"{named} {decisive.sentence}".strip()

    @property
    def shown(self) -> tuple[Block, ...]:
        """The clock, both sides' certificates, and what arithmetic says of the signatures."""
        trace = self.run.trace
        trusted, presented = self._trusted(), client_chain(trace)
        judged = next(event.at for event in trace.of(Checked) if event.actor == "server")
        clock = datetime.fromisoformat(trace.setup.clock) + timedelta(microseconds=judged)
        columns = {f"trusted {number}": der for number, der in enumerate(trusted, start=1)}
        columns |= {f"sent {number}": der for number, der in enumerate(presented, start=1)}
        papers = [_paper(certificate_words(trace.setup, der)) for der in columns.values()]
        rows = [(title, *(paper.get(key, "absent") for paper in papers)) for key, title in SHOWN.items()]
        proof = "verifies" if self.run.scenario.client.holds_key else "does not verify"
        return (
            Lead(f"Case {self.number}: you are the server. Do you accept this client?"),
            f"Your clock shows {clock:%Y-%m-%d %H:%M:%S} UTC. You require a certificate. You trust "
            f"{plural(len(trusted), 'certificate')}, and the client sent {len(presented)}:",
            Table(rows, ("", *columns)),
            _signatures(trace.setup, trusted, presented),
            f"The client's signature over this handshake {proof} with the key in sent 1.",
        )

    def _trusted(self) -> list[bytes]:
        setup = self.run.trace.setup
        held = {one.name: one.der for one in setup.certificates}
        return [held[name] for actor in setup.actors if actor.name == "server" for name in actor.trusts]


def _signatures(setup: Setup, trusted: Sequence[bytes], presented: Sequence[bytes]) -> str:
    """The result of verifying the signatures on the certificates that were sent; no judgement of trust."""
    described = map(setup.described, (*trusted, *presented))
    papers = [(held, held.facts) for held in described if held and held.facts]
    checked = [
        facts.self_signed if issuer is one else issuer.name in one.signed_by
        for one, facts in papers[len(trusted) :]
        for issuer, above in papers
        if above.subject == facts.issuer
    ]
    if not checked:
        return "No signature on a certificate can be checked: the issuer is not here."
    return "Every signature on what was sent verifies." if all(checked) else "A signature does not verify."


def _paper(words: dict[str, Any]) -> dict[str, str]:
    """The contents of a certificate in words, by field and extension."""
    rows: dict[str, str] = dict(words["facts"])
    rows |= {name: text for name, _, text in words["extensions"]}
    itself = " (itself)" if rows["Subject"] == rows["Issuer"].partition(" (itself")[0] else ""
    rows["Subject"], rows["Issuer"] = common_name(rows["Subject"]), common_name(rows["Issuer"]) + itself
    return rows | {key: rows[key].removesuffix(":00 UTC") for key in ("Not before", "Not after")}


def case(number: int | str) -> Case:
    """The case of this number.

    Raises:
        ArgumentError: unknown number.
    """
    known = {str(place): name for place, name in enumerate(CASES, start=1)}
    asked = spelt(number)
    if asked not in known:
        expected = f"a number from 1 to {len(CASES)}"
        raise wrong_argument("Unknown case.", number, expected, "Write it as in case(1).")
    return Case(int(asked), simulate(known[asked]))


def case_checks() -> Exhibit:
    """The checks that a decision about a case may name, and the question of each."""
    return page(Table(tuple(CHECKS.items()), ("check", "what it asks")))
