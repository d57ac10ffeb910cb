"""You are the server: what a client presented and what you go by lie on the table, and you decide.

The case is laid out from a run's setup and messages, without its verdict. Your answer is held against what
the simulator's own trust decision found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate as X509Certificate
from cryptography.x509 import load_der_x509_certificate

from simulator.errors import ArgumentError
from simulator.lessons.arguments import in_words, spelt
from simulator.lessons.facts.facts import fact
from simulator.lessons.facts.values import NONE
from simulator.lessons.page import Code, Lead, Table, page
from simulator.lessons.traces import client_chain, last_verdict
from simulator.runs.run import simulate
from simulator.trace.facts import Checked
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.words import common_name, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.runs.run import Run
    from simulator.views.notebook import Exhibit

# The cases by their number. The names would say too much.
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
# What an answer may name, and what each asks: the checks that fail in some case, and those that people
# confuse them with; in the order of the ledger.
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


@dataclass(frozen=True)
class Case:
    """One client at the door.

    Attributes:
        number: the case's number, from 1.
        run: what happens when the simulator's server decides.
    """

    number: int
    run: Run

    @property
    def right(self) -> str:
        """What the simulator's server finds: ``accept``, or the check that fails first."""
        failed: str = fact(self.run.trace, "server_failed_at")
        return ACCEPT if failed == NONE else failed

    def answer(self, decision: str) -> Exhibit:
        """Hold a decision against the simulator's.

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
        return self._told(lead, said)

    def explained(self) -> Exhibit:
        """The right decision and its reason, for a class."""
        return self._told(f"The right decision: {self.right}.", self.right)

    def _told(self, lead: str, said: str) -> Exhibit:
        return page(Lead(lead), self._reasons(said), Code(f"clientauth run {CASES[self.number - 1]}"))

    def _reasons(self, said: str) -> str:
        """What the ledger says of the check that was named, and of the one that decided."""
        verdict = last_verdict(self.run.trace, "server")
        assert verdict is not None
        lines = [check for check in verdict.checks if check.name == said]
        named = [check.sentence for check in lines if check.outcome is not CheckOutcome.NOT_REACHED]
        decisive = verdict.decisive
        if decisive is None:
            return " ".join(dict.fromkeys([*named, "No check failed."]))
        if lines and not named:
            named = [f"The server did not come to {said}: {decisive.name} had failed before."]
        return " ".join(dict.fromkeys([*named, decisive.sentence]))

    def __repr__(self) -> str:
        return self._shown().text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's signature
        """How a notebook shows it."""
        return self._shown().bundle()

    def _shown(self) -> Exhibit:
        trusted, presented = self._trusted(), self._presented()
        clock = datetime.fromisoformat(self.run.trace.setup.clock) + timedelta(microseconds=self._judged_at())
        columns = {f"trusted {number}": der for number, der in enumerate(trusted, start=1)}
        columns |= {f"sent {number}": der for number, der in enumerate(presented, start=1)}
        papers = [_paper(certificate_words(self.run.trace.setup, der)) for der in columns.values()]
        rows = [(title, *(paper.get(key, "absent") for paper in papers)) for key, title in SHOWN.items()]
        return page(
            Lead(f"Case {self.number}: you are the server. Do you accept this client?"),
            f"Your clock shows {clock:%Y-%m-%d %H:%M:%S} UTC. You require a certificate. You trust "
            f"{plural(len(trusted), 'certificate')}, and the client sent {len(presented)}:",
            Table(rows, ("", *columns)),
            _signatures(trusted, presented),
            f"The client's signature over this handshake {self._proof()} with the key in sent 1.",
        )

    def _trusted(self) -> list[bytes]:
        setup = self.run.trace.setup
        held = {one.name: one.der for one in setup.certificates}
        return [held[name] for actor in setup.actors if actor.name == "server" for name in actor.trusts]

    def _presented(self) -> tuple[bytes, ...]:
        return client_chain(self.run.trace)

    def _judged_at(self) -> int:
        return next(event.at for event in self.run.trace.of(Checked) if event.actor == "server")

    def _proof(self) -> str:
        """Whether the signature verifies: that is arithmetic, and no judgement of the certificate."""
        return "verifies" if self.run.scenario.client.holds_key else "does not verify"


def _signatures(trusted: Sequence[bytes], presented: Sequence[bytes]) -> str:
    """What arithmetic says of the signatures on the certificates that were sent."""
    papers = [load_der_x509_certificate(der) for der in (*trusted, *presented)]
    checked = [
        _verifies(one, issuer)
        for one in papers[len(trusted) :]
        for issuer in papers
        if issuer.subject == one.issuer
    ]
    if not checked:
        return "No signature on a certificate can be checked: the issuer is not here."
    return "Every signature on what was sent verifies." if all(checked) else "A signature does not verify."


def _verifies(certificate: X509Certificate, issuer: X509Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    return True


def _paper(words: dict[str, Any]) -> dict[str, str]:
    """The contents of a certificate in words, by field and extension."""
    rows: dict[str, str] = dict(words["facts"])
    rows |= {name: text for name, _, text in words["extensions"]}
    itself = " (itself)" if rows["Subject"] == rows["Issuer"].partition(" (itself")[0] else ""
    rows["Subject"], rows["Issuer"] = common_name(rows["Subject"]), common_name(rows["Issuer"]) + itself
    return rows | {key: rows[key].removesuffix(":00 UTC") for key in ("Not before", "Not after")}


def case(number: int | str) -> Case:
    """A case by its number.

    Raises:
        ArgumentError: there is no such case.
    """
    known = {str(place): name for place, name in enumerate(CASES, start=1)}
    asked = spelt(number)
    if asked not in known:
        raise ArgumentError(
            "There is no such case.",
            got=in_words(number),
            expected=f"a number from 1 to {len(CASES)}",
            advice="Say it as in case(1).",
        )
    return Case(int(asked), simulate(known[asked]))


def case_checks() -> Exhibit:
    """The checks that an answer to a case may name, and what each asks."""
    return page(Table(tuple(CHECKS.items()), ("check", "what it asks")))
