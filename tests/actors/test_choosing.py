"""A terminal emulator's settings for its certificate: which is sent, why others are not, and who is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.errors import DecisionError, ScenarioError
from simulator.runs.run import run_of, simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import Decided, Noted
from simulator.views.texts.terminal import story
from tests.played import for_each

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

THREE: dict[str, Any] = {
    "certificates": {
        "other-ca": {"role": "ca"},
        "first": {"issuer": "other-ca", "subject": "CN=first"},
        "second": {
            "subject": "CN=second",
            "key_usage": ["keyAgreement"],
            "extended_key_usage": ["emailProtection", "1.2.3.4"],
        },
        "third": {"subject": "CN=third", "key_usage": "absent", "extended_key_usage": "absent"},
    },
    "client": {"certificate": "first", "also_holds": ["second", "third"]},
    "server": {"client_authentication": "unverified", "ca_list": ["client-ca"]},
}
LIST = "no authority that the server named has issued it"
BEFORE = "not looked at: one before it fits"
NAMED = "the client is set to send another one by name"
ONLY = "the client is set up to send none"

# Settings of the client → the certificate that is sent, and what is said of the three.
CASES: tuple[tuple[dict[str, Any], str | None, tuple[str, str, str]], ...] = (
    ({"picks": "any-trusted"}, "CN=second", (LIST, "", BEFORE)),
    ({"picks": "named"}, "CN=first", ("", NAMED, NAMED)),
    ({"picks": "named", "obeys_ca_list": True}, None, (LIST, NAMED, NAMED)),
    ({"prompts": "never"}, "CN=first", ("", BEFORE, BEFORE)),
    (
        {"wanted_key_usage": ["keyAgreement"]},
        "CN=second",
        ("its key usage lacks keyAgreement", "", BEFORE),
    ),
    (
        {"picks": "any-trusted", "wanted_key_usage": ["digitalSignature"]},
        "CN=third",
        (LIST, "its key usage lacks digitalSignature", ""),
    ),
    (
        {"wanted_extended_key_usage": ["1.2.3.4"]},
        "CN=second",
        ("its extended key usage lacks 1.2.3.4", "", BEFORE),
    ),
    (
        {"picks": "named", "wanted_extended_key_usage": ["serverAuth"]},
        None,
        ("its extended key usage lacks serverAuth", NAMED, NAMED),
    ),
    ({"withholds": True, "locked": True}, None, (ONLY, ONLY, ONLY)),
)


def sought(run: Run) -> CertificateSought:
    """The client's look through its certificates."""
    ((_, fact),) = run.trace.facts(CertificateSought)
    return fact


def decision(run: Run) -> Decided:
    """The client's decision to send or not."""
    return next(fact for _, fact in run.trace.facts(Decided) if fact.decision == "send-certificate")


@for_each("tls", ["1.2", "1.3"])
@for_each("settings, sent, said", CASES)
def test_each_certificate_is_taken_or_passed_over_for_a_reason(
    settings: dict[str, Any], sent: str | None, said: tuple[str, str, str], tls: TlsVersion
) -> None:
    """The fact has all three in the order of the store; what is sent is what it says."""
    table = THREE | {"client": THREE["client"] | settings}
    run = simulate(catalogue["valid-certificate"].but(table), tls)
    fact = sought(run)
    assert tuple(one.passed_over for one in fact.considered) == said
    assert [one.subject for one in fact.considered] == ["CN=first", "CN=second", "CN=third"]
    assert fact.chosen == sent
    assert decision(run).choice == ("send" if sent else "skip")
    assert run.outcome.server.peer == sent
    assert "The client looks through its certificates. first: " in story(run.trace, 200)


def test_without_such_settings_nothing_is_said() -> None:
    """A client with several certificates is what it always was."""
    assert not list(simulate(catalogue["ca-list-guides-client"]).trace.facts(CertificateSought))


def test_a_user_is_asked_as_often_as_the_setting_says() -> None:
    """Over three connections: at each, once, never; a withheld certificate asks nobody."""
    day = [{"connect": {}}, {"at": "1h", "connect": {}}, {"at": "2h", "connect": {}}]
    asked: dict[str, list[tuple[bool, int]]] = {}
    for prompts in ("each-connection", "first-connection", "never"):
        run = simulate(catalogue["valid-certificate"].but({"client.prompts": prompts}).but(schedule=day))
        asked[prompts] = [(fact.prompted, fact.prompts) for _, fact in run.trace.facts(CertificateSought)]
        assert [sought(one).prompts for one in run.connections] == [count for _, count in asked[prompts]]
    assert asked == {
        "each-connection": [(True, 1), (True, 2), (True, 3)],
        "first-connection": [(True, 1), (False, 1), (False, 1)],
        "never": [(False, 0), (False, 0), (False, 0)],
    }
    withheld = {"client.prompts": "each-connection", "client.withholds": True}
    assert not sought(simulate(catalogue["valid-certificate"].but(withheld))).prompted


def test_a_server_that_does_not_ask_has_no_user_asked() -> None:
    """The first question comes with the first request for a certificate, whenever that is."""
    entries = [
        {"connect": {}},
        {"at": "1h", "set": {"server.client_authentication": "required"}},
        {"at": "2h", "connect": {}},
    ]
    base = {"client.prompts": "first-connection", "server.client_authentication": "none"}
    run = simulate(catalogue["valid-certificate"].but(base).but(schedule=entries))
    assert [fact.prompted for _, fact in run.trace.facts(CertificateSought)] == [True]


@pytest.mark.parametrize(("settings", "wanted"), [({}, "skip"), ({"client.withholds": True}, "send")])
def test_nobody_decides_otherwise_where_the_administrator_locked_it(
    settings: dict[str, Any], wanted: str
) -> None:
    """There is one option, the other one is refused with words, and the run goes on as it was set up."""
    scenario = catalogue["no-certificate-lower-level"].but(
        {"client.certificate": "alice", "client.locked": True} | settings
    )
    simulation = Simulation(scenario, "1.3", interactive=("send-certificate",))
    simulation.run()
    pending = simulation.pending
    assert pending is not None
    assert pending.options == (pending.choice,)
    with pytest.raises(DecisionError, match="The administrator has locked this"):
        simulation.decide(wanted)
    simulation.decide(pending.choice)
    run = run_of(simulation)
    assert decision(run).choice != wanted
    assert "The administrator has locked this" in decision(run).reason


def test_a_file_that_is_fetched_in_clear_is_said_to_be_exposed() -> None:
    """Each connection fetches it; https is not in clear, and a device holds no file."""
    said = {}
    for way in ("http", "ftp", "https"):
        changes = {"certificates.alice.delivery": "pkcs12", "client.fetches": way}
        run = simulate(catalogue["valid-certificate"].but(changes))
        (text,) = [fact.text for _, fact in run.trace.facts(Noted) if "fetches" in fact.text]
        said[way] = "in clear: whoever reads along can try passwords on it" in text
    assert said == {"http": True, "ftp": True, "https": False}
    plain = simulate(catalogue["valid-certificate"].but({"client.fetches": "http"}))
    assert any("whoever reads along has the private key" in fact.text for _, fact in plain.trace.facts(Noted))
    with pytest.raises(ScenarioError, match="needs a certificate whose key is in a file"):
        catalogue["valid-certificate"].but({"certificates.alice.kept_in": "device", "client.fetches": "http"})


def test_a_usage_that_does_not_exist_is_answered_with_the_nearest() -> None:
    """For both filters; a dotted purpose may be any."""
    with pytest.raises(ScenarioError, match="Did you mean 'clientAuth'"):
        catalogue["valid-certificate"].but({"client.wanted_extended_key_usage": ["clientauth"]})
    with pytest.raises(ScenarioError, match="digitalSignature"):
        catalogue["valid-certificate"].but({"client.wanted_key_usage": ["digitalSigning"]})
