"""Schedules: what a file may say, what it means for each connection, and what is refused in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator import catalogue
from simulator.errors import ScenarioError
from simulator.scenario import Connect, Scenario, ScheduleEntry
from simulator.scenario.file import loads
from simulator.scenario.schedule.episodes import episodes
from tests.scenario.writing import refusal

DAY = timedelta(days=1)
RENEWAL = """
[[schedule]]
connect = {}
[[schedule]]
at = "40d"
set = { "certificates.alice.extended_key_usage" = ["serverAuth"], client.withholds = true }
[[schedule]]
at = "41d"
renew = "alice"
lifetime = "6d"
[[schedule]]
at = "42d"
revoke = "alice-2"
[[schedule]]
at = "43d"
connect = {}
  [schedule.expect]
  level = "REFUSED"
"""


def test_an_entry_is_read_into_typed_values() -> None:
    """Moments are spans, settings are dotted paths with typed values, nested or quoted in the file."""
    first, change, renewal, revocation, last = loads(RENEWAL).schedule
    assert ScheduleEntry(connect=Connect()) == first
    assert {"certificates.alice.extended_key_usage": ("serverAuth",), "client.withholds": True} == change.set
    assert (41 * DAY, "alice", 6 * DAY) == (renewal.at, renewal.renew, renewal.lifetime)
    assert "alice-2" == revocation.revoke
    assert {"1.2", "1.3"} == set(last.expect)


def test_a_scenario_without_a_schedule_is_its_own_one_connection() -> None:
    """Nothing is copied or renamed, so every byte stays."""
    scenario = Scenario()
    (only,) = episodes(scenario)
    assert scenario is only.scenario


def test_each_connection_is_told_from_its_own_moment() -> None:
    """The clock moves, and every certificate keeps its moments."""
    first, last = episodes(loads(RENEWAL))
    assert (timedelta(), 43 * DAY) == (first.start, last.start)
    assert first.scenario.clock + 43 * DAY == last.scenario.clock
    for name, setup in first.scenario.certificates.items():
        moved = last.scenario.certificates[name]
        assert first.scenario.clock + setup.not_after == last.scenario.clock + moved.not_after
    assert -43 * DAY == last.since


def test_a_preset_tells_only_what_it_changes() -> None:
    """A setting that the new preset leaves as the old one had it is not told as changed."""
    _, second = episodes(catalogue["passthru-two-readings"])
    assert ["server.preset", "server.insists"] == [change.path for change in second.changes]


def test_a_renewal_takes_the_place_of_the_old_certificate() -> None:
    """It has the new rules and lifetime; the old one stays as it was issued."""
    first, last = episodes(loads(RENEWAL))
    certificates = last.scenario.certificates
    assert ("alice", "alice-2") == (first.scenario.client.certificate, last.scenario.client.certificate)
    new = certificates["alice-2"]
    assert (("serverAuth",), None) == (new.extended_key_usage, certificates["alice"].extended_key_usage)
    assert (-2 * DAY, 4 * DAY, -DAY) == (new.not_before, new.not_after, new.revoked)
    (renewal,) = last.renewals
    assert ("client", "alice-2", "alice", -2 * DAY) == (renewal.holder, renewal.name, renewal.old, renewal.at)


def test_the_next_of_a_renewed_certificate_is_numbered_on() -> None:
    """``alice``, ``alice-2``, ``alice-3``; with the same key the owner of the key is the first."""
    schedule = [
        {"at": "1d", "renew": "alice", "same_key": True},
        {"at": "2d", "renew": "alice-2", "same_key": True},
        {"at": "3d", "connect": {}},
    ]
    (only,) = episodes(Scenario().but(schedule=schedule))
    assert "alice-3" == only.scenario.client.certificate
    assert "alice" == only.scenario.certificates["alice-3"].key_of


def test_a_change_of_the_world_drops_what_was_expected() -> None:
    """An expectation belongs to the world it was written for."""
    scenario = loads(RENEWAL)
    assert scenario.expectation("1.3") is not None
    changed = scenario.but({"server.client_authentication": "none"})
    assert changed.expectation("1.3") is None
    assert len(scenario.schedule) == len(changed.schedule)


CONNECT = "[[schedule]]\nconnect = {}\n"


MISTAKES = [
    ('[[schedule]]\nrenew = "alice"\n', "schedule: needs a connection"),
    (
        "[[schedule]]\nat = '1d'\n",
        "schedule.1: needs one of connect, renew, revoke, ",
    ),
    ('[[schedule]]\nconnect = {}\nrenew = "alice"\n', "got connect and renew"),
    (CONNECT + CONNECT, "3: schedule.2.at: must be 1m or later"),
    (CONNECT + '[[schedule]]\nat = "-1d"\nconnect = {}', "entries stand in the order of time"),
    (CONNECT + '[[schedule]]\nat = "soon"\nconnect = {}', "4: schedule.2.at: must be a span"),
    (CONNECT + '[[schedule]]\nat = "1d"\nrenew = "bob"', "certificate to renew, one of alice, server"),
    (CONNECT + '[[schedule]]\nat = "1d"\nrevoke = "client-ca"', "certificate to revoke, one of alice"),
    (CONNECT + '[[schedule]]\nat = "1d"\nset = { "server.trusts" = ["x"] }', '5: schedule.2.set."server'),
    (CONNECT + '[[schedule]]\nat = "1d"\nset = { "seed" = "2" }', "must be a setting of client, server"),
    (CONNECT + '[[schedule]]\nat = "1d"\nset = { "server.trust" = [] }', "Did you mean 'trusts'?"),
    (CONNECT + '[[schedule]]\nat = "1d"\nset = { "certificates.bob.key" = "P-384" }', "certificate, one"),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nset = { "certificates.alice" = "none" }',
        "cannot be taken away",
    ),
    (CONNECT + "same_key = true", "belongs to an entry with renew"),
    (CONNECT + '[[schedule]]\nat = "1d"\nrenew = "alice"\nlifetime = "0s"', "longer than 0s"),
    (CONNECT + '[expect]\nlevel = "REFUSED"', "belongs with each connection of a schedule"),
    (CONNECT.replace("connect", "conect"), "Did you mean 'connect'?"),
    ('schedule = "daily"', "is a list of tables, each under [[schedule]]"),
    (CONNECT * 101, "has too many entries"),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nset = { "network.latency_ms" = -5 }',
        "must be from 0 to 86400000",
    ),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nset = { "client.writing_ms" = nan }',
        "must be from 0 to 86400000",
    ),
    (CONNECT + '[[schedule]]\nat = "1d"\nset = { "network.port" = 0 }', "5: schedule.2.set"),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nset = { "server.believes_header" = "nginx" }',
        "needs a request with headers",
    ),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nset = { "certificates.alice.uris" = ["a b"] }',
        "must be a URI",
    ),
    (
        CONNECT + '[[schedule]]\nat = "7975y"\nrenew = "alice"',
        "not_after of the next certificate must fall",
    ),
    (
        CONNECT + '[[schedule]]\nat = "2m"\nconnect = {}\n[server]\nrevocation = "ocsp"\nocsp_timeout = "1h"',
        "4: schedule.2.at: must be 1h1s or later",
    ),
    (
        CONNECT + '[[schedule]]\nat = "1d"\nconnect = {}\n[certificates.alice]\nrevoked = "10s"',
        "must be before 0s, or 1m or later",
    ),
]


def test_a_mistake_is_told_with_its_line_and_its_remedy() -> None:
    """Every entry that says nothing, too much or something impossible is refused in words."""
    for text, said in MISTAKES:
        assert said in refusal(loads, text), text


def test_a_mistake_in_one_entry_hides_no_false_one() -> None:
    """Nothing is said of an entry that was not read."""
    with pytest.raises(ScenarioError) as raised:
        loads("[[schedule]]\nconect = {}\n")
    assert 1 == len(str(raised.value).splitlines())


def test_a_published_list_takes_no_other_lists_place() -> None:
    """A list of the file that bears the name of the next one stays as it was written."""
    own = '[crls.client-ca-crl-2]\nscope = "users"\n'
    publish = '[[schedule]]\nat = "1h"\npublish_crl = "client-ca"\n'
    scenario = loads(own + publish + '[[schedule]]\nat = "2h"\nconnect = {}\n')
    (episode,) = episodes(scenario)
    crls = episode.scenario.crls
    assert crls["client-ca-crl-2"].scope == "users"
    assert crls["client-ca-crl-3"].number == 3
