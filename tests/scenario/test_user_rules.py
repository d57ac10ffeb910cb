"""A table of users in a scenario: what can be written, every mistake in words, and the round trip."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from simulator import simulate
from simulator.errors import ScenarioError
from simulator.scenario import Scenario
from simulator.scenario.file import loads
from tests.scenario.writing import refusal

GOOD = Scenario()

MISTAKES = [
    # rule, words of the message
    ("mail:alice@example.com", "begin with one of .*Did you mean 'email:'"),
    ("email:alice", "must be a mail address, as in alice@example.com"),
    ("email:a b@example.com", "must be a mail address"),
    ("email:alice@example_com.1", "must be a mail address"),
    ("URI:alice", "must be a URI, as in spiffe://"),
    ("URI:spiffe://example.com/a b", "must be a URI"),
    ("UPN:alice", "must be a user principal name"),
    ("DNS:-x", "must be a DNS name"),
    ("DNS:192.0.2.1", "must be a DNS name"),
    ("serial:bob", "must be the name of a certificate, one of client-ca, alice"),
    ("serial:3F:0A", "stand after an issuer: issuer:CN=Example CA serial:3F:0A"),
    ("sha256:3F0A", "one of client-ca, alice, server-ca, server"),
    ("sha256:CN=alice", "must have 64 hexadecimal digits"),
    ("issuer:client-ca serial:3F", "must have the issuer as a name"),
    ("issuer:CN=Client CA serial:xyz", "must have a serial number in hexadecimal"),
    ("issuer:*,O=Example subject:CN=alice", "must have the whole issuer before subject"),
    ("issuer:client", "Did you mean 'client-ca'"),
    ("issuer:*,", "must be a distinguished name"),
    ("*,", "must be a distinguished name"),
    ("*", "must be a distinguished name"),
    ("subject:alice", "must be a distinguished name"),
]


def test_a_mistake_in_a_rule_is_told() -> None:
    """Each mistake says where it is, what may stand there, and the nearest right word."""
    for key, (rule, words) in product(("users", "loaded_users"), MISTAKES):
        told = refusal(GOOD.but, {f"server.{key}": {rule: "ALICE"}})
        assert re.match(f'server.{key}."?.*{words}', told), (key, rule, told)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CN=alice", "subject:cn=ALICE"),
        ("email:a@EXAMPLE.com", "email:a@example.com"),
        ("issuer:CN=x serial:0A", "issuer:cn=X serial:a"),
        ("UPN:A@b", "upn:a@B"),
        ("*,O=x", "*, o=X"),
    ],
)
def test_a_rule_stands_once(first: str, second: str) -> None:
    """Two spellings of one rule are a mistake: one of them would never decide."""
    with pytest.raises(ScenarioError, match="is the same rule as"):
        GOOD.but({"server.users": {first: "A", second: "B"}})


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("mail_names", ["alice"], "mail_names: must be a mail address"),
        ("uris", ["no uri"], "uris: must be a URI"),
        ("upns", ["alice"], "upns: must be a user principal name"),
    ],
)
def test_a_mistake_in_an_alternative_name_is_told(setting: str, value: Any, words: str) -> None:
    """A name that no CA could write is a mistake in the scenario."""
    with pytest.raises(ScenarioError, match=words):
        GOOD.but({f"certificates.alice.{setting}": value})


def test_the_loaded_table_can_be_the_current_one() -> None:
    """The word ``current`` and None mean that there is no table but ``users``."""
    stale = GOOD.but({"server.loaded_users": {"CN=bob": "BOB"}})
    assert dict(stale.server.users_in_use) == {"CN=bob": "BOB"}
    for word in ("current", None):
        assert stale.but({"server.loaded_users": word}).server == GOOD.server


def test_a_refresh_needs_a_table_that_was_loaded() -> None:
    """Where every change counts at once there is nothing to refresh."""
    with pytest.raises(ScenarioError, match="unless it has loaded_users"):
        GOOD.but(schedule=[{"connect": {}}, {"at": "1d", "refresh": "users"}])
    with pytest.raises(ScenarioError, match=r"schedule\.1\.refresh: must be one of users"):
        GOOD.but(schedule=[{"refresh": "tables"}])


def test_a_schedule_with_a_refresh_is_written_as_it_is_read() -> None:
    """The plain form of a schedule, as its changes show it, reads back as the same schedule."""
    text = """
        server.loaded_users = {}
        [[schedule]]
        at = "1d"
        refresh = "users"
        [[schedule]]
        at = "2d"
        connect = {}
    """
    scenario = loads(text)
    assert "users" == scenario.schedule[0].refresh
    changed = Scenario(name="x").but({"server.loaded_users": {}}, schedule=scenario.schedule)
    assert scenario.schedule == changed.schedule


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_trace_tells_of_the_rule(tls: Any) -> None:
    """Fact, card and level agree; the certificates that rules name exist, though neither side uses them."""
    scenario = GOOD.but(
        {
            "certificates.bob": {"subject": "CN=bob"},
            "certificates.alice.upns": ["alice@corp.example"],
            "server.users": {"serial:bob": "BOB", "UPN:alice@corp.example": "ALICE", "CN=alice": "X"},
            "server.authorized_users": ["ALICE"],
        }
    )
    run = simulate(scenario, tls=tls)
    assert (run.card.user, run.card.mapped_by) == ("ALICE", "UPN:alice@corp.example")
    assert "CLIENT_AUTHORIZED" == run.outcome.level.value
    assert "bob" in {held.name for held in run.trace.setup.certificates}
