from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.oracle import (
    ACCEPTED,
    CheckReport,
    CheckRow,
    Difference,
    check,
    check_all,
    contexts,
    native,
    play,
)
from simulator.oracle.accepted import accepted_for
from simulator.oracle.comparing import COMPARED, differences_between, observed
from simulator.oracle.extensions import WITH_EXTENSIONS
from simulator.oracle.observed import Played, SentAlert, SentMessage
from simulator.oracle.playing import clocks
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from tests.oracle.variations import CHANGES, CHOSEN, varied
from tests.played import CONNECTIONS, by_turns

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion


def simulated(scenario: Scenario, tls: TlsVersion) -> Simulation:
    """A simulation that has ended."""
    simulation = Simulation(scenario, tls)
    simulation.run()
    return simulation


# Where not everything is played, each is checked in one version; test_mixed.py plays it in the other.
@pytest.mark.parametrize(("name", "tls"), by_turns(product(CHANGES, TLS_VERSIONS), len(TLS_VERSIONS)))
def test_variations_agree_with_openssl(name: str, tls: TlsVersion) -> None:
    """So do scenarios that the catalogue does not have."""
    row = check(varied(CHANGES[name]), tls)
    assert (row.differences, row.result) == ((), "agrees")


# A thief, a liar, three clients that heed the list of authorities, two whose key is in a security device:
# no stock OpenSSL client does that.
OUR_CLIENTS = {
    "stolen-certificate",
    "corrupted-proof",
    "ca-list-guides-client",
    "ca-list-excludes-certificate",
    "key-in-device",
    "device-wrong-pin",
    "first-certificate-the-server-trusts",
}
ASKING = {name for name, scenario in catalogue.items() if scenario.server.revocation == "ocsp"}
IN_CLEAR = {
    "clear-port",
    "starttls-declined-in-clear",
    "starttls-declined-refused",
    "redirector-host-side, connection 1",
    "redirector-client-side, connection 2",
}
MODES = {
    **dict.fromkeys(OUR_CLIENTS, "openssl-server"),
    **dict.fromkeys(ASKING),  # OpenSSL's library asks no responder by itself
    **dict.fromkeys(IN_CLEAR),  # TLS never begins there
    "pkcs12-wrong-password, connection 1": "openssl-client",  # it cannot open the file either
}


def test_the_whole_catalogue_is_played_and_agrees() -> None:
    """Every built-in scenario comes out of OpenSSL as the simulation says, and none is excused in advance.

    OpenSSL plays every side that a stock OpenSSL can play; where a responder is asked or TLS never
    begins, it plays none. Where not everything is played, the scenarios take the versions by turns.
    """
    pairs = by_turns(product(catalogue.values(), TLS_VERSIONS), len(TLS_VERSIONS))
    reports = [check_all([one for one, version in pairs if version == tls], [tls]) for tls in TLS_VERSIONS]
    report = CheckReport(tuple(row for each in reports for row in each.rows))
    rows = report.rows
    assert [row for row in rows if row.differences] == []
    assert (report.of("accepted"), report.agrees) == ((), True)
    modes = {(row.scenario, row.tls): row.mode for row in rows}
    count = Counter(name for name, _ in CONNECTIONS)
    labels = {
        (name, one.number): f"{name}, connection {one.number}" if count[name] > 1 else name
        for name, one in CONNECTIONS
    }
    played = {(scenario.name, tls) for scenario, tls in pairs}
    expected = {
        (label, tls): MODES.get(label, "both")
        for (name, _), label in labels.items()
        for tls in TLS_VERSIONS
        if (name, tls) in played
    }
    assert expected == modes
    for row in rows:
        assert row.in_openssl == (row.mode is not None)
        why = "TLS never begins" if row.scenario in IN_CLEAR else "asks no OCSP responder"
        assert (why in row.not_played) == (row.mode is None)


@pytest.mark.parametrize("name", [one.name for one in ACCEPTED])
def test_no_accepted_difference_is_idle(name: str) -> None:
    """Every line of the table of accepted differences has a scenario that differs, and no other line."""
    rows = [check(varied(CHOSEN[name]), tls) for tls in TLS_VERSIONS]
    assert {name} == {row.accepted.name for row in rows if row.accepted and row.result == "accepted"}


OTHER_VALUES: dict[str, dict[str, Any]] = {
    "messages": {"messages": (SentMessage("client", "ClientHello", False),)},
    "alert": {"alert": SentAlert("client", "unknown_ca", 48, True)},
    "alert protection": {"alert": SentAlert("server", "certificate_expired", 45, False)},
    "decided after": {"decided_after": "CertificateVerify"},
    "reason": {"reason": "not valid yet"},
    "version": {"agreed": {"version": "TLS 1.2"}},
    "group": {"agreed": {"group": "secp384r1"}},
    "signature schemes": {"agreed": {"signatures": ("server ed25519",)}},
    **{f"extensions of {name}": {"extensions": name} for name in WITH_EXTENSIONS},
    "client handshake": {"client": {"handshake": "failed"}},
    "server handshake": {"server": {"handshake": "ok"}},
    "client's peer": {"client": {"peer": "CN=somebody"}},
    "server's peer": {"server": {"peer": "CN=somebody"}},
    "data read by client": {"client": {"data": "hello"}},
    "data read by server": {"server": {"data": "hello"}},
}


@pytest.mark.parametrize("what", COMPARED)
def test_every_comparison_can_fail(what: str) -> None:
    """A single thing that OpenSSL does otherwise is found, and nothing else with it."""
    theirs = play(catalogue["certificate-expired"], "1.3")
    changes = {
        key: replace(getattr(theirs, key), **value) if isinstance(value, dict) else value
        for key, value in OTHER_VALUES[what].items()
    }
    if "extensions" in changes:
        others = [one for one in theirs.extensions if one[0] != changes["extensions"]]
        changes["extensions"] = (*others, (changes["extensions"], ("another",)))
    found = {one.what for one in differences_between(replace(theirs, **changes), theirs)}
    assert {what} == found


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_the_same_alert_for_another_reason_differs(tls: TlsVersion) -> None:
    """Two refusals with unknown_ca after Certificate look alike on the wire; the reason tells them apart."""
    run = simulated(catalogue["path-too-long"], tls)
    expected = Difference("reason", "longer than an issuer allows", "no path to a trusted root")
    assert (expected,) == check(catalogue["missing-intermediate"], tls, run).differences


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("name", [one.name for one in ACCEPTED])
def test_an_accepted_difference_excuses_nothing_else(name: str, tls: TlsVersion) -> None:
    """Each line of the table excuses what it explains, and no longer what differs beside it."""
    scenario = varied(CHOSEN[name])
    line = next(one for one in ACCEPTED if one.name == name)
    moments = clocks(scenario)
    applying = line if line.applies(scenario, tls, moments) else None
    found = accepted_for(scenario, tls, moments, line.explains)
    beside = accepted_for(scenario, tls, moments, {*line.explains, "something else"})
    assert (applying, None, True) == (found, beside, COMPARED.keys() >= line.explains)


@pytest.mark.parametrize("name", ["another profile"])
def test_a_defect_beside_an_accepted_difference_is_found(name: str) -> None:
    """A run with another group is a defect, although the scenario falls under a line of the table."""
    run = simulated(varied(CHOSEN[name] | {"client.groups": ["secp384r1"]}), "1.3")
    row = check(varied(CHOSEN[name]), "1.3", run)
    groups = [one for one in row.differences if one.what == "group"]
    assert ([Difference("group", "secp384r1", "x25519")], "differs") == (groups, row.result)


def test_the_order_of_messages_counts() -> None:
    """Two messages in another order are a difference."""
    theirs = play(catalogue["valid-certificate"], "1.3")
    first, second, *rest = theirs.messages
    swapped = replace(theirs, messages=(second, first, *rest))
    assert [one.what for one in differences_between(swapped, theirs)] == ["messages"]


def test_a_run_of_another_scenario_differs() -> None:
    """Held against a run that does not belong to the scenario, OpenSSL disagrees about the alert."""
    run = simulated(catalogue["valid-certificate"], "1.3")
    row = check(catalogue["certificate-expired"], "1.3", run)
    alerts = [one for one in row.differences if one.what == "alert"]
    expected = Difference("alert", "none", "certificate_expired (45) from the server")
    assert ([expected], "differs") == (alerts, row.result)


def test_a_given_run_is_the_one_compared() -> None:
    """A run that is at hand gives the same row as one made for the purpose."""
    scenario = catalogue["wrong-purpose"]
    assert check(scenario, "1.2") == check(scenario, "1.2", simulated(scenario, "1.2"))


def test_what_nobody_can_play_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenSSL loads neither side's key, the row says so and counts as not played."""

    def refuse(*_: object) -> None:
        raise native.CredentialRefusedError("key values mismatch")

    monkeypatch.setattr(contexts, "load_credential", refuse)
    row = check(Scenario(), "1.3")
    assert (row.mode, row.result, "key values mismatch" in row.not_played) == (None, "not played", True)
    assert not CheckReport((row,)).agrees


def test_the_simulation_is_read_as_the_observer_reads() -> None:
    """What is read from a trace equals what is observed of our actors byte for byte."""
    for tls in TLS_VERSIONS:
        scenario = catalogue["stolen-certificate"]
        run, theirs = simulated(scenario, tls), play(scenario, tls)
        assert replace(theirs, mode="simulated") == observed(run.trace, tls)


def rows_of_every_standing() -> CheckReport:
    """A report with one row of each standing."""
    difference = Difference("alert", "none", "unknown_ca (48) from the server")
    return CheckReport(
        (
            CheckRow("same", "1.2", "both"),
            CheckRow("other", "1.3", "openssl-server", (difference,)),
            CheckRow("chosen", "1.3", "openssl-client", (difference,), ACCEPTED[0]),
            CheckRow("missing", "1.2", None, not_played="Nobody can."),
        ),
        openssl="OpenSSL 9",
    )


def test_the_document_has_its_keys_and_the_counts_add_up() -> None:
    """The command's document names each row once, under what became of it."""
    document: dict[str, Any] = rows_of_every_standing().to_dict()
    lists = ("differences", "accepted_differences", "not_played")
    counted = document["agree"] + sum(len(document[key]) for key in lists)
    named = {key: [(row["scenario"], row["tls"], row["mode"]) for row in document[key]] for key in lists}
    expected = {
        "differences": [("other", "1.3", "openssl-server")],
        "accepted_differences": [("chosen", "1.3", "openssl-client")],
        "not_played": [("missing", "1.2", None)],
    }
    assert (4, 4, expected) == (document["total"], counted, named)


def test_the_text_names_what_differs() -> None:
    """The report for people names each difference, each reason, and the count."""
    text = rows_of_every_standing().text()
    for piece in ("other, TLS 1.3: differs", "unknown_ca (48)", ACCEPTED[0].reason, "Nobody can.", "1 of 4"):
        assert piece in text


def test_the_text_leaves_out_what_two_lists_share() -> None:
    """Of two long lists of messages, the report for people shows where they part."""
    difference = Difference("messages", "client A, server B, server C", "client A, server B")
    text = CheckReport((CheckRow("other", "1.3", "both", (difference,)),)).text()
    assert ("simulation  …, server C" in text, "OpenSSL     …\n" in text) == (True, True)


def test_an_unexplained_difference_is_no_agreement() -> None:
    """A report with a difference that is not accepted, or a row not played, does not agree."""
    report = rows_of_every_standing()
    by_result = {row.result: CheckReport((row,)).agrees for row in report.rows}
    expected = {"agrees": True, "accepted": True, "differs": False, "not played": False}
    assert expected == by_result


def test_played_is_a_value() -> None:
    """Playing twice gives the same: nothing that OpenSSL draws at random is observed."""
    first, second = (play(Scenario(), "1.3") for _ in range(2))
    assert isinstance(first, Played)
    assert first == second


def test_what_openssl_has_no_part_in_is_named() -> None:
    """A server that looks for users is compared in its TLS part, and document and text say so."""
    report = check_all([catalogue["authorized"], catalogue["valid-certificate"]], ["1.3"])
    above, plain = report.to_dict()["rows"]  # type: ignore[misc]
    assert ("agrees", "agrees") == (above["result"], plain["result"])
    assert above["not_compared"].startswith("User and permission are decided above TLS")
    assert "not_compared" not in plain
    assert "Not compared (1 of the rows, named in --json): User and permission" in " ".join(
        report.text().split()
    )
