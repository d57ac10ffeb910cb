"""Scenarios: the good handshake, what can be changed in it, and what cannot be played."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from simulator.errors import ScenarioError
from simulator.pki import signing
from simulator.pki.key_types import SIGNATURE_HASHES, KeyType
from simulator.scenario import CertificateSetup, Expectation, Scenario, ServerSetup
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.mistakes.mistake import ScenarioProblemsError, nearest_word
from simulator.scenario.mistakes.scenario import scenario_problems
from simulator.scenario.words import ALERT_NAMES, GROUPS, SIGNATURE_SCHEMES
from simulator.security import SecurityLevel
from simulator.tls import config
from simulator.tls.wire import registry
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from tests.played import for_each
from tests.scenario.writing import refusal

AUTHENTICATED = Expectation(SecurityLevel.CLIENT_AUTHENTICATED)


def test_the_default_is_the_good_handshake() -> None:
    """``Scenario()`` asks for a certificate, has two leaves from different CAs, port 992 and 20 ms."""
    good = Scenario()

    assert (
        good.server.client_authentication,
        good.network.port,
        good.network.latency_ms,
    ) == ("required", 992, 20.0)
    issuers = {good.certificates[name].issuer for name in (good.client.certificate, good.server.certificate)}
    assert issuers == {"client-ca", "server-ca"}
    assert {setup.key for setup in good.certificates.values()} == {KeyType.P256}
    assert dict(good.expect) == {"1.2": AUTHENTICATED, "1.3": AUTHENTICATED}
    assert scenario_problems(good) == []


def test_a_scenario_cannot_be_changed_in_place() -> None:
    """Neither a field nor an entry of a mapping can be assigned to."""
    good = Scenario()

    with pytest.raises(FrozenInstanceError):
        good.seed = "2"  # type: ignore[misc]
    for mapping in (good.certificates, good.expect, good.server.users):
        with pytest.raises(TypeError):
            mapping["x"] = "y"  # type: ignore[index]


def test_a_scenario_keeps_its_own_copy_of_what_it_is_given() -> None:
    """A dictionary that is changed afterwards does not change the scenario that was made from it."""
    users = {"CN=alice": "ALICE"}
    server = ServerSetup(users=users)
    users["CN=bob"] = "BOB"

    assert dict(server.users) == {"CN=alice": "ALICE"}


def test_a_scenario_can_be_sent_to_another_process() -> None:
    """A pickled and a copied scenario are equal to the first, and cannot be changed either."""
    for name in catalogue:
        scenario = catalogue[name].but({"server.users": {"CN=alice": "ALICE"}})

        for again in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
            assert again == scenario
            with pytest.raises(TypeError):
                again.certificates["x"] = "y"


def test_tables_and_dotted_paths_say_the_same() -> None:
    """Both ways of writing a change, typed values and file words among them, give equal scenarios."""
    good = Scenario()
    by_tables = good.but(
        server={"client_authentication": "optional"},
        client={"certificate": None},
        certificates={"alice": {"not_after": timedelta(days=-1), "key": KeyType.ED25519}},
    )
    by_paths = good.but(
        {
            "server.client_authentication": "optional",
            "client.certificate": "none",
            "certificates.alice.not_after": "-1d",
            "certificates.alice.key": "Ed25519",
        }
    )

    assert by_paths == by_tables
    assert by_tables.client.certificate is None
    assert by_tables.certificates["alice"].key is KeyType.ED25519


def test_a_changed_scenario_says_so_and_expects_nothing() -> None:
    """Its name tells every change, one after the other; lesson and expectation were another world's."""
    changed = Scenario().but({"server.client_authentication": "optional"}).but({"client.certificate": None})

    assert (
        changed.name
        == "good-handshake, with server.client_authentication=optional and client.certificate=none"
    )
    assert dict(changed.expect) == {}
    assert changed.expectation("1.3") is None
    assert changed.lesson == ""


@for_each(
    "changes, mark",
    [
        ({"client.verify_server": False}, "client.verify_server=false"),
        ({"server.trusts": ["client-ca", "server-ca"]}, "server.trusts=[client-ca, server-ca]"),
        ({"server.users": {"CN=alice": "ALICE"}}, "server.users={CN=alice: ALICE}"),
        ({"certificates.alice.revoked": timedelta(hours=-1)}, "certificates.alice.revoked=-1h"),
        ({"certificates.alice.key_usage": ()}, "certificates.alice.key_usage=absent"),
        ({"clock": datetime(2031, 1, 1, tzinfo=UTC)}, "clock=2031-01-01T00:00:00Z"),
        ({"server.minimum_level": SecurityLevel.ENCRYPTED}, "server.minimum_level=ENCRYPTED"),
        ({"server": ServerSetup(tickets=0)}, "server.tickets=0"),
        ({"network": {"latency_ms": 5}}, "network.latency_ms=5.0"),
        ({"server.clock_offset": "400d"}, "server.clock_offset=400d"),
        ({"server.speaks": "1.2"}, "server.speaks=1.2"),
        ({"client.obeys_ca_list": False}, "client.obeys_ca_list=false"),
        ({"certificates.alice.key_of": "server"}, "certificates.alice.key_of=server"),
    ],
)
def test_the_mark_is_written_as_in_a_file(changes: dict[str, object], mark: str) -> None:
    """A change is named as ``--set`` would write it."""
    assert Scenario().but(changes).name == f"good-handshake, with {mark}"


def test_a_change_that_changes_nothing_gives_an_equal_scenario() -> None:
    """Setting what is already so keeps name, lesson and expectation."""
    good = Scenario()

    assert good.but({"server.client_authentication": "required", "client.certificate": "alice"}) == good
    assert good.but() == good


def test_an_expectation_given_with_the_change_is_kept() -> None:
    """``expect`` among the changes is what the changed scenario expects."""
    changed = Scenario().but({"client.verify_server": False}, expect={"level": "ENCRYPTED"})

    assert dict(changed.expect) == dict.fromkeys(("1.2", "1.3"), Expectation(SecurityLevel.ENCRYPTED))


def test_changes_leave_the_callers_tables_alone() -> None:
    """A table and a dotted path into the same place are joined without writing into either."""
    table = {"certificates": {"alice": {"key": "P-384"}}}
    changed = Scenario().but({**table, "certificates.alice.revoked": "-1d"})

    assert table == {"certificates": {"alice": {"key": "P-384"}}}
    assert changed.certificates["alice"].key is KeyType.P384
    assert changed.certificates["alice"].revoked == timedelta(days=-1)


@pytest.mark.parametrize(
    ("role", "issuer", "lifetime_days"),
    [("client", "client-ca", 365), ("server", "server-ca", 365), ("ca", "new", 3650)],
)
def test_a_new_certificate_is_like_the_good_one_of_its_role(
    role: str, issuer: str, lifetime_days: int
) -> None:
    """Only the role need be said: subject, issuer and validity follow."""
    new = Scenario().but({"certificates.new.role": role}).certificates["new"]

    assert (new.subject, new.issuer, new.not_after - new.not_before) == (
        "CN=new",
        issuer,
        timedelta(days=lifetime_days),
    )


def test_a_certificate_can_be_added_whole_and_removed() -> None:
    """A CertificateSetup stands for a table; None takes a certificate away."""
    bob = CertificateSetup("CN=bob", "client", "client-ca")
    changed = Scenario().but(certificates={"bob": bob, "alice": None}, client={"certificate": "bob"})

    assert "alice" not in changed.certificates
    assert changed.certificates["bob"] == bob


# Every rule: a change that breaks it, where the mistake is said to be, and words of the message.
IMPOSSIBLE = [
    ({"name": " "}, "name", "empty"),
    ({"title": "a\x1b[31m"}, "title", "printable"),
    ({"clock": datetime(2030, 1, 1)}, "clock", "time zone"),
    ({"network.latency_ms": -1}, "network.latency_ms", "from 0"),
    ({"network.latency_ms": float("nan")}, "network.latency_ms", "from 0"),
    ({"network.thinking_ms": float("inf")}, "network.thinking_ms", "from 0"),
    ({"network.port": 0}, "network.port", "1 to 65535"),
    ({"network.port": 65536}, "network.port", "1 to 65535"),
    ({"certificates": {"a b": {"role": "client"}}}, 'certificates."a b"', "letters"),
    ({"certificates.world.role": "ca"}, "certificates.world", "another actor"),
    ({"certificates.alice.issuer": "clent-ca"}, "certificates.alice.issuer", "Did you mean 'client-ca'?"),
    ({"certificates.alice.issuer": ""}, "certificates.alice.issuer", "issuing certificate"),
    ({"certificates.client-ca.issuer": "alice"}, "certificates.client-ca.issuer", "circle"),
    ({"certificates.alice.subject": "alice"}, "certificates.alice.subject", "distinguished name"),
    ({"certificates.alice.subject": ""}, "certificates.alice.subject", "distinguished name"),
    ({"certificates.alice.not_after": "-31d"}, "certificates.alice.not_after", "before not_before"),
    ({"certificates.alice.not_before": "-90y"}, "certificates.alice.not_before", "1950"),
    ({"certificates.alice.not_after": "8000y"}, "certificates.alice.not_after", "9999"),
    (
        {"certificates.alice.revoked": timedelta(microseconds=1)},
        "certificates.alice.revoked",
        "whole seconds",
    ),
    ({"certificates.server.dns_names": ["a b"]}, "certificates.server.dns_names", "DNS names"),
    ({"certificates.server.dns_names": []}, "certificates.server.dns_names", "absent"),
    (
        {"certificates.alice.key_usage": ["digitalSignatur"]},
        "certificates.alice.key_usage",
        "digitalSignature",
    ),
    (
        {"certificates.alice.extended_key_usage": ["clientAut"]},
        "certificates.alice.extended_key_usage",
        "Did you mean 'clientAuth'?",
    ),
    ({"certificates.alice.path_length": 0}, "certificates.alice.path_length", "only a CA"),
    ({"certificates.client-ca.path_length": -1}, "certificates.client-ca.path_length", "0 to 255"),
    ({"certificates.alice.online": False}, "certificates.alice.online", "only a CA"),
    ({"certificates.client-ca.delivery": "pkcs12"}, "certificates.client-ca.delivery", "PKCS#12"),
    ({"client.certificate": "alise"}, "client.certificate", "Did you mean 'alice'?"),
    ({"client.certificate": "client-ca"}, "client.certificate", "belongs to a CA"),
    ({"client.sends": []}, "client.sends", "begin with"),
    ({"client.sends": ["client-ca"]}, "client.sends", "begin with"),
    ({"client.sends": ["alice", "x"]}, "client.sends", "name of a certificate"),
    ({"client": {"certificate": None, "sends": ["alice"]}}, "client.sends", "has none"),
    ({"client": {"certificate": None, "withholds": True}}, "client.withholds", "has none"),
    ({"client": {"certificate": None, "holds_key": False}}, "client.holds_key", "has none"),
    ({"client.trusts": ["nobody"]}, "client.trusts", "name of a certificate"),
    ({"client.server_name": ""}, "client.server_name", "host name"),
    ({"client.server_name": "a..b"}, "client.server_name", "host name"),
    ({"client.profile": "opensl"}, "client.profile", "Did you mean 'openssl'?"),
    ({"server.certificate": "none"}, "server.certificate", "needs a certificate"),
    ({"server.certificate": "server-ca"}, "server.certificate", "belongs to a CA"),
    ({"server.holds": ["x"]}, "server.holds", "name of a certificate"),
    ({"server.ca_list": ["x"]}, "server.ca_list", "name of a certificate"),
    ({"server.tickets": -1}, "server.tickets", "from 0 to 16"),
    ({"server.users": {"alice": "A"}}, "server.users.alice", "distinguished name"),
    ({"server.users": {"CN=alice": " "}}, 'server.users."CN=alice"', "user's name"),
    ({"server.minimum_level": "REFUSED"}, "server.minimum_level", "rung"),
    ({"certificates.alice.key_of": "alice"}, "certificates.alice.key_of", "another certificate's name"),
    ({"certificates.alice.key_of": "server-caa"}, "certificates.alice.key_of", "Did you mean 'server-ca'?"),
    (
        {"certificates.alice.key_of": "server", "certificates.server.key_of": "server-ca"},
        "certificates.alice.key_of",
        "Did you mean 'server-ca'?",
    ),
    (
        {"certificates.alice": {"key_of": "server", "key": "P-384"}},
        "certificates.alice.key",
        "is P-256, since it is the key of server",
    ),
    ({"certificates.alice.signature_hash": "sha-1"}, "certificates.alice.signature_hash", "'sha1'?"),
    (
        {"certificates.client-ca.key": "Ed25519", "certificates.alice.signature_hash": "sha1"},
        "certificates.alice.signature_hash",
        "brings its own hash",
    ),
    (
        {"certificates.alice.permitted_dns_names": ["example.org"]},
        "certificates.alice.permitted_dns_names",
        "only a CA",
    ),
    (
        {"certificates.client-ca.excluded_dns_names": ["*.example.org"]},
        "certificates.client-ca.excluded_dns_names",
        "DNS names",
    ),
    ({"client": {"certificate": None, "corrupts_proof": True}}, "client.corrupts_proof", "has none"),
    ({"client": {"certificate": None, "also_holds": ["server"]}}, "client.also_holds", "has none"),
    ({"client.also_holds": ["alice"]}, "client.also_holds", "twice"),
    ({"client.also_holds": ["client-ca"]}, "client.also_holds", "one of alice, server"),
    ({"client.obeys_ca_list": "yes"}, "client.obeys_ca_list", "true or false or 'default'"),
    ({"client.key_shares": 4}, "client.key_shares", "from 0 to 3"),
    ({"client": {"groups": ["x25519"], "key_shares": 2}}, "client.key_shares", "from 0 to 1"),
    ({"client.groups": ["x25591"]}, "client.groups", "Did you mean 'x25519'?"),
    ({"server.groups": []}, "server.groups", "'default'"),
    ({"server.groups": ["x25519", "x25519"]}, "server.groups", "twice"),
    ({"server.signature_schemes": ["ed2551"]}, "server.signature_schemes", "Did you mean 'ed25519'?"),
    ({"server.clock_offset": timedelta(milliseconds=1)}, "server.clock_offset", "whole seconds"),
    ({"client.clock_offset": "-90y"}, "client.clock_offset", "1950 to 9999"),
    ({"server.speaks": "othr"}, "server.speaks", "Did you mean 'other'?"),
    ({"server.speaks": "1.1"}, "server.speaks", "requested, other, 1.2, 1.3"),
    ({"expect": {"level": "REFUSED", "alert": "unknwn_ca"}}, "expect.alert", "Did you mean 'unknown_ca'?"),
    (
        {"expect": {"1.3": Expectation(SecurityLevel.REFUSED, "validty")}},
        'expect."1.3".decisive_check',
        "Did you mean 'validity'?",
    ),
    ({"sever.tickets": 0}, "sever", "Did you mean 'server'?"),
    ({"server.ticket": 0}, "server.ticket", "Did you mean 'tickets'?"),
    ({"server.client_authentication": "opt"}, "server.client_authentication", "Did you mean 'optional'?"),
    ({"certificates.alice.role": "user"}, "certificates.alice.role", "ca, client, server"),
    ({"certificates.alice.key": "P256"}, "certificates.alice.key", "Did you mean 'P-256'?"),
    ({"certificates.alice.not_after": "3 days"}, "certificates.alice.not_after", "335d"),
    ({"server.trusts": "client-ca"}, "server.trusts", "list"),
    ({"server.certificate": None}, "server.certificate", "must be text"),
    ({"client.holds_key": "no"}, "client.holds_key", "true or false"),
    ({"network.port": True}, "network.port", "whole number"),
    ({"server": "x"}, "server", "is a table"),
    ({"certificates": "x"}, "certificates", "must be a table"),
]


def test_what_cannot_be_played_is_told_with_its_place() -> None:
    """Every rule is broken once: the message begins with the key path and says what is allowed."""
    for changes, place, words in IMPOSSIBLE:
        lines = refusal(Scenario().but, changes).splitlines()
        told = [line for line in lines if line.startswith(f"{place}: ") and words in line]
        assert told, (changes, lines)


def test_all_mistakes_are_told_at_once() -> None:
    """Three mistakes make one error with three problems, each with its path."""
    with pytest.raises(ScenarioProblemsError) as caught:
        Scenario().but({"network.port": 0, "server.trusts": ["x"], "client.certificate": "bob"})

    paths = [problem.path for problem in caught.value.problems]
    assert paths == [("network", "port"), ("client", "certificate"), ("server", "trusts")]


@pytest.mark.parametrize("path", ["", ".", "a b", "server.", "server..tickets", 'server."x'])
def test_a_malformed_path_is_refused(path: str) -> None:
    """What is no dotted path is told to be none."""
    with pytest.raises(ScenarioError, match="keys joined by dots"):
        Scenario().but({path: 1})


def test_saying_a_change_twice_is_refused() -> None:
    """A setting given both in a table and by its path is a mistake, not a race."""
    with pytest.raises(ScenarioError, match=r"server\.tickets: is changed twice"):
        Scenario().but({"server.tickets": 1}, server={"tickets": 2})


def test_the_words_are_those_of_the_rooms_that_act_on_them() -> None:
    """A scenario may name every fatal alert, and every group, scheme and hash that this code speaks."""
    fatal = [alert.rfc_name for alert in AlertDescription if alert not in WARNINGS]

    assert tuple(fatal) == ALERT_NAMES
    groups = (*config.GROUPS, *registry.FURTHER_GROUPS)
    assert tuple(map(registry.group_name, groups)) == GROUPS
    schemes = (*config.SIGNATURE_SCHEMES, *registry.FURTHER_SIGNATURE_SCHEMES)
    assert tuple(map(registry.signature_scheme_name, schemes)) == SIGNATURE_SCHEMES
    assert [signing.HASHES[name].name for name in SIGNATURE_HASHES] == list(SIGNATURE_HASHES)


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("opt", "optional"), ("OPTIONAL", "optional"), ("requird", "required"), ("xyz", None), ("", None)],
)
def test_the_nearest_word_is_near_or_none(word: str, nearest: str | None) -> None:
    """A beginning, another letter case and a slip of the finger are understood; anything else is not."""
    assert nearest_word(word, ("none", "unverified", "optional", "required")) == nearest
