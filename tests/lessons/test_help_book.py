"""The help book: every statement is played, and the document is current."""

from __future__ import annotations

import json
import re
import shlex
from html import escape
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from cryptography import x509

from simulator import SecurityLevel, simulate
from simulator.command.cli import clientauth
from simulator.lessons.facts.facts import check_claim, shortfalls
from simulator.lessons.help_book.document import PICTURES, document, pictures
from simulator.lessons.help_book.statements import (
    TRUTHS,
    Example,
    left_out,
    starting_page,
    topics,
)
from simulator.lessons.site.frame import Looks
from simulator.lessons.site.help_book import SCREENS, help_book_page
from simulator.lessons.traces import checks_of, client_chain, client_leaf, names_of
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import BASICS, catalogue
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Checked, Decided, Noted, Sent
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from tests.peers import ROOT
from tests.played import for_each
from tests.views.traces import run_of

if TYPE_CHECKING:
    from simulator.lessons.help_book.statements import Statement
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

EVERY_STATEMENT = [*starting_page(), *(one for topic in topics() for one in topic.statements)]
STATEMENTS = {statement.number: statement for statement in EVERY_STATEMENT}
EXAMPLES = [(number, example) for number, one in STATEMENTS.items() for example in one.examples]
DOCS = ROOT / "docs"


def _named(value: object) -> str:
    return f"{value.scenario}-{value.tls}" if isinstance(value, Example) else str(value)


@for_each("number, example", EXAMPLES)
def test_each_run_shows_its_statement(number: str, example: Example) -> None:
    """Playing it gives every fact that is claimed, and the scenario comes out as it expects."""
    check_claim(example.holds)
    assert [] == list(shortfalls(example.holds, example.run.trace)), number
    if not example.set:
        assert example.whole_run.as_expected, number


@for_each("statement", STATEMENTS.values())
def test_a_statement_has_words_and_runs(statement: Statement) -> None:
    """What depends on a policy or a product has runs with different ends; all have a reason and a source."""
    assert statement.truth in TRUTHS
    assert statement.says.endswith(".")
    assert statement.because.endswith(".")
    assert statement.source
    assert statement.examples
    if statement.truth != "true":
        ends = {
            (example.run.card.level, example.run.card.client_authenticated) for example in statement.examples
        }
        assert len(ends) > 1 or len(statement.examples) == 1


def test_the_starting_page_is_whole() -> None:
    """S1 to S17 in order, each number once; no number stands twice in the book."""
    assert [f"S{number}" for number in range(1, 18)] == [one.number for one in starting_page()]
    assert len(STATEMENTS) == len(EVERY_STATEMENT)
    assert topics()
    assert left_out()


# The statements of the starting page, each played by a test of its own -------------------------------------


def _decisions(trace: Trace, name: str) -> list[str]:
    return [fact.choice for _, fact in trace.facts(Decided) if fact.decision == name]


def _first(trace: Trace, actor: str, message: str) -> int:
    """The number of the event in which a side first sent a message."""
    return next(e.seq for e, fact in trace.facts(Sent) if e.actor == actor and fact.name == message)


BOTH = pytest.mark.parametrize("tls", TLS_VERSIONS)


@BOTH
def test_s1_it_works_like_server_authentication_but_the_server_asks(tls: TlsVersion) -> None:
    """Both sides show a certificate; the client's is asked for, and its proof decides who it is."""
    trace = simulate("secure-port", tls).trace
    assert "Certificate" in names_of(trace, "server")
    assert {"Certificate", "CertificateVerify"} <= set(names_of(trace, "client"))
    assert _first(trace, "server", "CertificateRequest") < _first(trace, "client", "Certificate")
    assert "CertificateRequest" not in names_of(trace, "client")
    stolen = simulate("stolen-certificate", tls)
    assert (SecurityLevel.REFUSED, "proof-of-possession") == (
        stolen.card.level,
        stolen.outcome.decisive_check,
    )


@BOTH
def test_s2_an_x509_certificate_from_a_trusted_ca(tls: TlsVersion) -> None:
    """What the client sends is X.509; of another CA it is refused by each policy that judges."""
    trace = simulate("secure-port", tls).trace
    leaf = x509.load_der_x509_certificate(client_chain(trace)[0])
    assert "CN=alice" == leaf.subject.rfc4514_string()
    ends = {
        policy: simulate(
            catalogue["untrusted-ca"].but({"server.client_authentication": policy}), tls
        ).outcome.decisive_check
        for policy in ("required", "optional", "unverified", "none")
    }
    assert ends == {
        "required": "trust-anchor",
        "optional": "trust-anchor",
        "unverified": None,
        "none": None,
    }


@BOTH
def test_s3_only_where_a_server_requests_it(tls: TlsVersion) -> None:
    """A client with a good certificate sends none to a server that does not ask."""
    run = simulate(catalogue["secure-port"].but({"server.client_authentication": "none"}), tls)
    assert "Certificate" not in names_of(run.trace, "client")
    assert ("no", SecurityLevel.SERVER_AUTHENTICATED) == (run.card.client_authenticated, run.card.level)


@BOTH
def test_s4_the_redirector_cannot_ask(tls: TlsVersion) -> None:
    """It asks for nothing, and the server behind it sees no certificate of the client."""
    first, second = simulate("redirector-in-between", tls).connections
    assert "CertificateRequest" not in names_of(first.trace, "server")
    assert "CertificateRequest" in names_of(second.trace, "server")
    assert () == client_chain(second.trace)


@BOTH
def test_s5_communications_servers_ask(tls: TlsVersion) -> None:
    """The secure port asks, and the logon screen comes after the proof."""
    run = simulate("secure-port", tls)
    assert ["ask"] == _decisions(run.trace, "request-certificate")
    assert SecurityLevel.CLIENT_AUTHENTICATED == run.card.level


@BOTH
def test_s6_and_s11_send_or_try_without(tls: TlsVersion) -> None:
    """Both choices are the client's; one sends certificate and proof, the other an empty message."""
    for certificate, choice, chain in (("alice", "send", 1), ("none", "skip", 0)):
        changes = {"server.client_authentication": "optional", "client.certificate": certificate}
        trace = simulate(catalogue["secure-port"].but(changes), tls).trace
        assert [choice] == _decisions(trace, "send-certificate")
        assert "Certificate" in names_of(trace, "client")
        assert chain == len(client_chain(trace))
        assert bool(chain) == ("CertificateVerify" in names_of(trace, "client"))


@BOTH
def test_s7_allowed_if_it_can_be_trusted(tls: TlsVersion) -> None:
    """A trusted certificate opens the session, unless the server asks for a known user as well."""
    assert simulate("secure-port", tls).card.access_granted
    strict = simulate("not-identified-refused", tls)
    assert ("yes", False) == (strict.card.client_authenticated, strict.card.access_granted)


@BOTH
def test_s8_and_s13_a_lower_level_without_a_certificate(tls: TlsVersion) -> None:
    """It is a matter of policy: optional opens a session at a lower level, required refuses."""
    lower = simulate("terminal-without-certificate", tls)
    assert lower.card.access_granted
    assert SecurityLevel.SERVER_AUTHENTICATED == lower.card.level
    assert SecurityLevel.CLIENT_AUTHENTICATED == simulate("secure-port", tls).card.level
    changes = {"server.client_authentication": "required"}
    refused = simulate(catalogue["terminal-without-certificate"].but(changes), tls)
    assert SecurityLevel.REFUSED == refused.card.level
    assert not refused.card.access_granted


@BOTH
def test_s9_the_client_asks_first(tls: TlsVersion) -> None:
    """Nothing of the connection comes before the ClientHello."""
    trace = simulate("secure-port", tls).trace
    sent = [(event.actor, fact.name) for event, fact in trace.facts(Sent) if event.at >= 0]
    assert ("client", "ClientHello") == sent[0]


@BOTH
def test_s10_the_client_checks_the_server_and_is_asked(tls: TlsVersion) -> None:
    """The order of TLS 1.2 is the statement's; in both the client judges before it shows anything."""
    trace = simulate("secure-port", tls).trace
    request, shown = (_first(trace, "server", name) for name in ("CertificateRequest", "Certificate"))
    assert (shown < request) == (tls == "1.2")
    judged = next(event.seq for event, _ in trace.facts(Checked) if event.actor == "client")
    assert judged < _first(trace, "client", "Certificate")
    assert ["accept"] == _decisions(trace, "accept-server")
    assert ["refuse"] == _decisions(simulate("server-untrusted", tls).trace, "accept-server")


@BOTH
def test_s12_the_server_checks_its_list_and_opens_the_session(tls: TlsVersion) -> None:
    """The anchor is one that it trusts; without it in the list the same client is refused."""
    run = simulate("secure-port", tls)
    anchor = next(check for check in checks_of(run.trace, "server") if check.name == CheckName.TRUST_ANCHOR)
    assert CheckOutcome.PASS == anchor.outcome
    assert run.card.access_granted
    changes = {"server.trusts": ["server-ca"]}
    without = simulate(catalogue["secure-port"].but(changes), tls)
    assert "trust-anchor" == without.outcome.decisive_check


def test_s14_certificates_are_obtained_from_a_ca() -> None:
    """Long before the connection the client asks, and the CA decides and issues."""
    trace = simulate("secure-port").trace
    enrolled = [(e.actor, fact.name) for e, fact in trace.facts(Sent) if e.at < 0]
    assert [("client", "CertificationRequest"), ("client-ca", "Certificate")] == enrolled[:2]


def test_s15_files_with_passwords_or_devices() -> None:
    """A file opens with its password alone, which comes another way; a device keeps the key."""
    by_file = simulate("delivered-as-pkcs12")
    assert SecurityLevel.CLIENT_AUTHENTICATED == by_file.card.level
    assert any("password by another way" in fact.text for _, fact in by_file.trace.facts(Noted))
    closed, opened = simulate("pkcs12-wrong-password").connections
    assert () == names_of(closed.trace, "client")
    assert SecurityLevel.CLIENT_AUTHENTICATED == opened.card.level
    device = simulate("key-in-device")
    assert any("never leaves the device" in fact.text for _, fact in device.trace.facts(Noted))


@BOTH
def test_s16_clients_are_set_to_tls(tls: TlsVersion) -> None:
    """A terminal that uses TLS has its telnet protected from the first byte on."""
    trace = simulate("secure-port", tls).trace
    data = [fact for _, fact in trace.facts(Sent) if fact.protocol == "application_data"]
    assert data
    assert all(fact.protection is not Protection.CLEAR for fact in data)


@BOTH
def test_s17_an_expired_certificate_is_renewed(tls: TlsVersion) -> None:
    """Refused after its end, accepted again with the next certificate of the same CA."""
    before, after, renewed = simulate("renewed-too-late", tls).connections
    levels = [run.card.level for run in (before, after, renewed)]
    good = SecurityLevel.CLIENT_AUTHENTICATED
    assert [good, SecurityLevel.REFUSED, good] == levels
    assert "validity" == after.outcome.decisive_check
    old, new = (client_leaf(run.trace) for run in (before, renewed))
    assert old is not None
    assert new is not None
    assert old.issuer == new.issuer
    assert old.serial_number != new.serial_number


# The document and the page ---------------------------------------------------------------------------------


def test_the_document_is_current() -> None:
    """``docs/help-book.md`` and its pictures are what ``make help-book`` writes, and there is no other."""
    written = (DOCS / "help-book.md").read_text(encoding="utf-8")
    assert document() == written, "run `make help-book` and commit what it writes"
    made = pictures()
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / PICTURES).iterdir()}
    assert made == kept, "run `make help-book` and commit what it writes"


def test_the_commands_of_the_document_are_understood() -> None:
    """Each plays, and its card has the level that the sentence beside it names."""
    for _, example in EXAMPLES[::7]:
        words = shlex.split(example.command)[1:]
        result = CliRunner().invoke(clientauth, [*words, "--json"])
        assert 0 == result.exit_code, (example.command, result.output)
        assert json.loads(result.output)["trace"]["card"]["level"] == example.run.card.level.value


def test_the_page_has_every_statement_and_each_picture_once() -> None:
    """Every number is an anchor, every statement has its truth, and no picture is drawn twice."""
    text = help_book_page(BASICS, Looks())
    assert [] == [number for number in STATEMENTS if f'id="{number}"' not in text]
    for statement in STATEMENTS.values():
        assert escape(statement.says) in text
        assert TRUTHS[statement.truth] in text
    different = {(one.scenario, one.tls, str(dict(one.set))) for _, one in EXAMPLES}
    assert len(different) + len(SCREENS) == text.count("<svg")
    for name in SCREENS:
        assert run_of(name, "1.3").card.level.value in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
