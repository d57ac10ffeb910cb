"""Stepping, deciding from outside, forking, and the times at which things happen."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from simulator.engine.simulation import Simulation
from simulator.errors import ArgumentError, DecisionError, ScenarioError
from simulator.scenario import Scenario, ServerSetup
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.security import SecurityLevel, Standing
from simulator.trace.facts import Alert, Decided, Noted, Received, Sent, Step
from tests.played import RUNS, VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace


def played(scenario: Scenario, tls: TlsVersion = "1.3", script: dict[int, str] | None = None) -> Trace:
    """The trace of a scenario with some choices taken from outside."""
    simulation = Simulation(scenario, tls, script=script)
    simulation.run()
    return simulation.trace


def decisions(trace: Trace) -> list[tuple[str, str, str]]:
    """(decision, choice, taken by) of client and server, in order."""
    facts = [event.fact for event in trace.of(Decided) if event.actor in ("client", "server")]
    return [(fact.decision, fact.choice, fact.taken_by) for fact in facts if isinstance(fact, Decided)]


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_good_handshake_decides_five_times(tls: TlsVersion) -> None:
    """In the good handshake client and server take five decisions, and all go on."""
    assert [(decision, choice) for decision, choice, _ in decisions(played(Scenario(), tls))] == [
        ("request-certificate", "ask"),
        ("accept-server", "accept"),
        ("send-certificate", "send"),
        ("accept-client", "accept"),
        ("grant", "grant"),
    ]


@for_each("name, tls", RUNS)
def test_stepping_gives_the_same_trace_as_running(name: str, tls: TlsVersion) -> None:
    """Step by step the same events come, each step has at least one, and their times do not change in it."""
    simulation = Simulation(catalogue[name], tls)
    seen: list[Event] = [*simulation.events]
    while not simulation.finished:
        events = simulation.step()
        assert len({event.at for event in events}) == 1
        seen += events
    assert tuple(seen) == run_of(name, tls).trace.events
    assert simulation.step() == []


def test_another_seed_gives_other_bytes_and_the_same_story() -> None:
    """The seed changes keys and randoms and nothing that is decided."""
    one, other = played(Scenario()), played(Scenario(seed="2"))
    assert one.events != other.events
    assert decisions(one) == decisions(other)
    assert [type(event.fact) for event in one.events] == [type(event.fact) for event in other.events]


def test_times_are_latency_and_thinking() -> None:
    """The ClientHello leaves at 0, arrives a latency later, and each decision takes its thinking time."""
    scenario = Scenario().but({"network.latency_ms": 7, "network.thinking_ms": 2})
    trace = played(scenario)
    hello = next(event for event in trace.of(Sent) if event.fact.name == "ClientHello")
    read = next(event for event in trace.of(Received) if event.fact.name == "ClientHello")
    ask = next(event for event in trace.of(Decided) if event.fact.decision == "request-certificate")
    assert (hello.at, read.at, ask.at) == (0, 7_000, 9_000)


def test_a_refused_flight_is_never_read() -> None:
    """After the server refuses the certificate, neither the proof nor the client's data are read."""
    trace = run_of("certificate-expired", "1.3").trace
    sent = [event.fact.name for event in trace.of(Sent) if event.actor == "client" and event.at >= 0]
    read = [event.fact.name for event in trace.of(Received) if event.actor == "server" and event.at >= 0]
    assert sent[-4:] == ["Certificate", "CertificateVerify", "Finished", "application data"]
    assert read[-1] == "Certificate"


def test_client_and_server_may_share_one_authority() -> None:
    """A CA that issues for both has one lane, left of the client."""
    scenario = Scenario().but({"certificates.alice.issuer": "server-ca", "server.trusts": ["server-ca"]})
    trace = played(scenario)
    assert [actor.name for actor in trace.setup.actors] == ["server-ca", "client", "server"]
    assert trace.outcome.level is SecurityLevel.CLIENT_AUTHENTICATED


def test_a_leaf_that_issues_gets_a_lane_of_its_own() -> None:
    """An issuer whose name is a side's lane is told apart from it."""
    trace = played(Scenario().but({"certificates.alice.issuer": "server"}))
    assert trace.setup.actors[0].name == "server as a CA"
    assert trace.outcome.level is SecurityLevel.REFUSED


# Enrolment -------------------------------------------------------------------------------------------


def enrolment(trace: Trace, actor: str) -> list[str]:
    """What one lane did before the connection, in short."""
    short = []
    for event in trace.events:
        if event.actor == actor and event.at < 0:
            fact = event.fact
            short.append(fact.name if isinstance(fact, Sent | Received) else type(fact).__name__)
    return short


def test_a_request_keeps_the_key_at_home() -> None:
    """With a CSR the holder makes the key, sends the request, and reads back its certificate."""
    trace = played(Scenario())
    assert enrolment(trace, "client") == ["Noted", "CertificationRequest", "Certificate"]
    assert enrolment(trace, "client-ca") == ["CertificationRequest", "Decided", "Certificate"]
    assert trace.events[1].at == -30 * 24 * 3_600_000_000


def test_a_bundle_is_a_fact_without_bytes() -> None:
    """A PKCS#12 is delivered as a fact: not one byte of it stands in the trace."""
    trace = played(Scenario().but({"certificates.alice.delivery": "pkcs12"}))
    assert enrolment(trace, "client-ca") == ["Decided", "Noted", "PKCS#12", "Noted"]
    assert enrolment(trace, "client") == ["PKCS#12", "Noted"]
    bundles = [event.fact for event in trace.of(Sent, Received) if event.fact.name == "PKCS#12"]
    assert [bundle.raw for bundle in bundles] == [b"", b""]


def test_a_certificate_of_the_future_was_issued_all_the_same() -> None:
    """A certificate that is not valid yet is issued an hour before the connection."""
    trace = run_of("certificate-not-yet-valid", "1.3").trace
    issued = next(e for e in trace.of(Decided) if e.actor == "client-ca")
    assert -3_600_000_000 <= issued.at < -3_500_000_000


def test_a_thief_was_not_enrolled() -> None:
    """Where the client holds a copy without the key, the certificate was issued to somebody else."""
    trace = run_of("stolen-certificate", "1.3").trace
    assert enrolment(trace, "client-ca") == ["Noted"]
    assert enrolment(trace, "client") == ["Noted"]
    note = next(event.fact for event in trace.of(Noted) if event.actor == "client")
    assert isinstance(note, Noted)
    assert "not its private key" in note.text


def test_a_self_signed_certificate_needs_no_authority() -> None:
    """A client that signs its own certificate has no CA lane."""
    trace = run_of("self-signed", "1.3").trace
    assert [actor.name for actor in trace.setup.actors] == ["client", "server", "server-ca"]
    assert enrolment(trace, "client") == ["Noted"]


def test_revocation_and_departure_are_told() -> None:
    """A revocation is a CA's decision, and a CA that is switched off says so before the connection."""
    trace = run_of("revoked-not-checked", "1.3").trace
    revoked = [event for event in trace.of(Decided) if event.fact.decision == "revoke"]
    assert [(event.actor, event.step) for event in revoked] == [("client-ca", Step.ENROLMENT)]
    notes = run_of("ca-switched-off", "1.3").trace.of(Noted)
    assert [e.actor for e in notes if "switched off" in e.fact.text] == ["client-ca", "server-ca"]


# Decisions from outside ------------------------------------------------------------------------------


def until_pending(simulation: Simulation, name: str) -> None:
    """Step until a decision of that name is pending."""
    while simulation.pending is None or simulation.pending.name != name:
        assert not simulation.finished
        simulation.step()


@pytest.mark.parametrize("interactive", [False, {"accept-client"}, ("accept-client",)])
def test_a_choice_gives_the_same_trace_however_it_was_reached(interactive: bool | set[str]) -> None:
    """Stepping to a decision, being stopped there, and a script give one and the same trace."""
    simulation = Simulation(catalogue["certificate-expired"], interactive=interactive)
    until_pending(simulation, "accept-client")
    assert simulation.pending is not None
    assert (simulation.pending.options, simulation.pending.choice) == (("accept", "refuse"), "refuse")
    simulation.decide("accept")
    simulation.run()
    assert simulation.trace == played(catalogue["certificate-expired"], script={3: "accept"})


@pytest.mark.parametrize("tls", VERSIONS)
def test_every_decision_may_be_taken_from_outside(tls: TlsVersion) -> None:
    """With all decisions interactive and taken as the actors would, the same happens at the same times."""
    simulation = Simulation(Scenario(), tls, interactive=True)
    simulation.run()
    while simulation.pending is not None:
        simulation.decide(simulation.pending.choice)
        simulation.run()
    natural = played(Scenario(), tls)
    assert [event.at for event in simulation.events] == [event.at for event in natural.events]
    assert simulation.trace.outcome == natural.outcome
    assert {by for _, _, by in decisions(simulation.trace)} == {"outside"}


def test_an_interactive_decision_waits() -> None:
    """run() stops at it; stepping on is a mistake that names the decision and its options."""
    simulation = Simulation(Scenario(), interactive={"send-certificate"})
    simulation.run()
    assert simulation.pending is not None
    assert simulation.pending.name == "send-certificate"
    assert not simulation.finished
    with pytest.raises(DecisionError, match="send-certificate: send or skip"):
        simulation.step()
    with pytest.raises(DecisionError, match="has not ended"):
        _ = simulation.trace
    events = simulation.decide("skip")
    assert isinstance(events[0].fact, Decided)
    assert events[0].fact.taken_by == "outside"
    simulation.run()
    assert simulation.trace.outcome.decisive_check == "certificate-presented"


def test_a_choice_that_is_not_on_offer_is_refused() -> None:
    """The error says what was got and what is on offer, and nothing has happened."""
    simulation = Simulation(Scenario())
    until_pending(simulation, "grant")
    before = simulation.events
    with pytest.raises(DecisionError, match=r"Got: perhaps\. Expected: grant or refuse\."):
        simulation.decide("perhaps")
    assert simulation.events == before


def test_deciding_when_nobody_waits_is_refused() -> None:
    """Before anything is pending there is nothing to decide."""
    with pytest.raises(DecisionError, match="No decision is pending yet"):
        Simulation(Scenario()).decide("accept")


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_learner_may_accept_an_untrusted_server(tls: TlsVersion) -> None:
    """Then the client did not verify the server: the session is worth ENCRYPTED, whoever else did what."""
    trace = played(catalogue["server-untrusted"], tls, {1: "accept"})
    assert ("accept-server", "accept", "outside") in decisions(trace)
    assert trace.outcome.level is SecurityLevel.ENCRYPTED
    assert trace.outcome.client.believes is SecurityLevel.ENCRYPTED
    assert trace.card.server_authenticated is False
    assert trace.card.server_knows is Standing.AUTHENTICATED
    assert trace.outcome.decisive_check is None


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_learner_may_let_the_server_accept_a_bad_certificate(tls: TlsVersion) -> None:
    """Then the identity is only claimed: no more than SERVER_AUTHENTICATED, and nobody is mapped."""
    scenario = catalogue["untrusted-ca"].but(server={"users": {"CN=alice": "ALICE"}})
    trace = played(scenario, tls, {3: "accept"})
    assert trace.outcome.level is SecurityLevel.SERVER_AUTHENTICATED
    assert trace.card.client_authenticated == "claimed"
    assert trace.card.user is None
    assert trace.outcome.server.peer is not None


@pytest.mark.parametrize("tls", VERSIONS)
def test_accepting_a_thiefs_certificate_does_not_help_the_thief(tls: TlsVersion) -> None:
    """Nobody decides about a proof: the signature fails, whatever was accepted before."""
    scenario = catalogue["stolen-certificate"].but({"server.trusts": ["server-ca"]})
    trace = played(scenario, tls, {3: "accept"})
    assert trace.outcome.level is SecurityLevel.REFUSED
    assert trace.outcome.decisive_check == "proof-of-possession"
    assert trace.outcome.judged_by == "server"


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("policy", ["none", "required"])
def test_asking_may_be_decided_otherwise(tls: TlsVersion, policy: str) -> None:
    """A server that is made to ask, or not to, really does: the message is there, or is not."""
    scenario = Scenario().but({"server.client_authentication": policy})
    natural = played(scenario, tls)
    asks = policy == "none"
    trace = played(scenario, tls, {0: "ask" if asks else "do not ask"})
    names = [event.fact.name for event in trace.of(Sent)]
    assert ("CertificateRequest" in names) == asks
    assert trace.outcome.level is SecurityLevel.SERVER_AUTHENTICATED
    assert trace.card.client_authenticated == ("claimed" if asks else "no")
    until = next(event.seq for event in trace.of(Decided) if event.fact.decision == "request-certificate")
    assert trace.events[:until] == natural.events[:until]


def test_refusing_without_a_failed_check_is_access_denied() -> None:
    """A side that refuses at will sends the alert that RFC 8446 has for it, and no check is blamed."""
    for number, sender in ((1, "client"), (3, "server")):
        trace = played(Scenario(), script={number: "refuse"})
        assert trace.outcome.alert is not None
        assert (trace.outcome.alert.name, trace.outcome.alert.sender) == ("access_denied", sender)
        assert (trace.outcome.decisive_check, trace.outcome.refused_at) == (None, "tls")


@pytest.mark.parametrize(("tls", "alert"), [("1.2", "handshake_failure"), ("1.3", "certificate_required")])
def test_refusing_absence_at_will_names_absence(tls: TlsVersion, alert: str) -> None:
    """An optional server that is made to refuse a client without a certificate says that one is missing."""
    trace = played(catalogue["no-certificate-lower-level"], tls, {3: "refuse"})
    assert trace.outcome.alert is not None
    assert trace.outcome.alert.name == alert


def test_refusing_the_grant_ends_without_an_alert() -> None:
    """A session that is refused after the handshake is closed in words: the alert is close_notify only."""
    trace = played(Scenario(), script={4: "refuse"})
    assert (trace.outcome.level, trace.outcome.refused_at) == (SecurityLevel.REFUSED, "application")
    assert trace.outcome.alert is None
    assert {event.fact.name for event in trace.of(Alert)} == {"close_notify"}
    assert trace.outcome.client.believes is SecurityLevel.REFUSED
    assert trace.outcome.client.handshake == "ok"


# Forking ---------------------------------------------------------------------------------------------


def test_a_fork_shares_the_past_and_not_the_future() -> None:
    """A fork has the same events up to the decision, and the other choice there."""
    simulation = Simulation(Scenario())
    simulation.run()
    other = simulation.fork("send-certificate", "skip")
    at = next(e.seq for e in simulation.events if isinstance(e.fact, Decided) and e.fact.choice == "send")
    assert other.events[:at] == simulation.events[:at]
    decided = other.events[at].fact
    assert isinstance(decided, Decided)
    assert (decided.choice, decided.taken_by) == ("skip", "outside")
    other.run()
    assert other.trace.outcome.level is SecurityLevel.REFUSED
    assert simulation.trace.outcome.level is SecurityLevel.CLIENT_AUTHENTICATED


def test_a_fork_keeps_what_was_decided_from_outside_before() -> None:
    """A fork of a fork replays the earlier choice too."""
    first = Simulation(catalogue["server-untrusted"], script={1: "accept"})
    first.run()
    second = first.fork(3, "refuse")
    second.run()
    assert [choice for _, choice, _ in decisions(second.trace)] == ["ask", "accept", "send", "refuse"]
    assert [by for _, _, by in decisions(second.trace)] == ["actor", "outside", "actor", "outside"]


@pytest.mark.parametrize(
    ("at", "choice"), [(17, "accept"), ("dance", "send"), ("grant", "perhaps"), (-1, "grant")]
)
def test_a_fork_that_cannot_be_is_refused(at: int | str, choice: str) -> None:
    """A decision that was not taken, or a choice that was not on offer, is a DecisionError."""
    simulation = Simulation(Scenario())
    simulation.run()
    with pytest.raises(DecisionError):
        simulation.fork(at, choice)


def test_an_unknown_version_is_refused() -> None:
    """There are two versions; the error says which."""
    with pytest.raises(ScenarioError, match=r"'1\.2' or '1\.3'"):
        Simulation(Scenario(), "1.1")  # type: ignore[arg-type]


def test_a_decision_that_nobody_takes_cannot_wait() -> None:
    """A name that is no decision's is refused at once; one name alone may stand as text."""
    with pytest.raises(DecisionError, match=r"'accept-cleint'.*accept-client"):
        Simulation(Scenario(), interactive={"accept-cleint"})
    simulation = Simulation(Scenario(), interactive="accept-client")
    simulation.run()
    assert simulation.pending is not None
    assert simulation.pending.name == "accept-client"


@pytest.mark.parametrize("tls", VERSIONS)
def test_what_is_kept_of_a_scenario_is_told_as_it_was_written(tls: TlsVersion) -> None:
    """A scenario played again is cast once; an equal one tells its users in its own order."""
    users = {"CN=alice": "alice", "CN=bob": "bob"}
    forwards = Scenario(server=ServerSetup(users=users))
    backwards = Scenario(server=ServerSetup(users=dict(reversed(users.items()))))
    assert forwards == backwards
    assert Simulation(forwards, tls).world is Simulation(forwards, tls).world

    def told(scenario: Scenario) -> list[str]:
        server = next(actor for actor in played(scenario, tls).setup.actors if actor.name == "server")
        return [label for label, _ in server.policy if label.startswith("user ")]

    assert ["user alice", "user bob"] == told(forwards)
    assert ["user bob", "user alice"] == told(backwards)


@pytest.mark.parametrize("name", ["issue", "revoke", "shrug"])
def test_a_decision_that_cannot_wait_is_told(name: str) -> None:
    """Nobody waits for what a CA decided long before, nor for a decision that there is not."""
    with pytest.raises(DecisionError, match="accept-server"):
        Simulation(catalogue["valid-certificate"], interactive=[name])


@pytest.mark.parametrize("number", [-1, 5, 99])
def test_a_script_for_a_decision_that_never_comes_is_told(number: int) -> None:
    """A number that no decision of the run has is not passed over in silence, run through or step by step."""
    with pytest.raises(DecisionError, match="does not come to"):
        Simulation(Scenario(), script={number: "refuse"}).run()
    stepped = Simulation(Scenario(), script={number: "refuse"})
    while not stepped.finished:
        stepped.step()
    with pytest.raises(DecisionError, match="numbers from 0 to 4"):
        stepped.trace  # noqa: B018 - reading it is the claim


@pytest.mark.parametrize("subject", ["CN=alice", "CN=Client CA", "CN=alice,O=Example"])
def test_users_are_written_as_the_scenario_writes_subjects(subject: str) -> None:
    """A user is found by the subject that the scenario file gives the client's certificate."""
    trace = played(
        Scenario().but({"certificates.alice.subject": subject, "server.users": {subject: "ALICE"}})
    )
    assert (trace.card.user, trace.card.level) == ("ALICE", SecurityLevel.CLIENT_IDENTIFIED)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_refused_and_the_way_to_fork_is_shown(copied: Callable[[Simulation], Simulation]) -> None:
    """A simulation cannot be copied, before or after its end; the error names the call to make instead."""
    simulation = Simulation(Scenario())
    with pytest.raises(ArgumentError, match=r"cannot be copied.*fork"):
        copied(simulation)
    simulation.run()
    with pytest.raises(ArgumentError, match=r'fork\("grant", "refuse"\)'):
        copied(simulation)
    assert simulation.fork("grant", "refuse").finished is False
