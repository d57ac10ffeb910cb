"""Settings of revocation: what a file may say, what a schedule makes of it, and mistakes in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import Scenario
from simulator.scenario.changes import differences, parse_assignment
from simulator.scenario.file import loads
from simulator.scenario.revocation_setup import CrlSetup
from simulator.scenario.schedule.episodes import episodes
from tests.scenario.writing import refusal

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOLD = """
[server]
revocation = "crl"
[[schedule]]
at = "0s"
publish_crl = "client-ca"
[[schedule]]
at = "1h"
revoke = "alice"
reason = "certificateHold"
[[schedule]]
at = "1d"
publish_crl = "client-ca"
next_update = "2d"
[[schedule]]
at = "1d1h"
fetch_crls = "server"
[[schedule]]
at = "2d"
connect = {}
[[schedule]]
at = "3d"
release = "alice"
[[schedule]]
at = "4d"
connect = {}
"""


def test_a_list_is_read_into_typed_values() -> None:
    """What a file leaves out is the usual list; words that stand for nothing are read as such."""
    crls = loads(
        '[crls.usual]\n[crls.odd]\nnext_update = "absent"\nnumber = "absent"\nlists = ["alice"]\n'
    ).crls
    assert CrlSetup() == crls["usual"]
    assert CrlSetup(next_update=None, number=None, lists=("alice",)) == crls["odd"]


def test_a_list_can_be_set_changed_and_taken_away() -> None:
    """``--set``, ``but`` and what differs speak of lists as of certificates."""
    path, value = parse_assignment("crls.one.issuer=client-ca")
    one = Scenario().but({path: value})
    assert CrlSetup() == one.crls["one"]
    changed = one.but({"crls.one.number": 7, "server.crls": ["one"]})
    assert [
        (("crls", "one", "issuer"), "client-ca"),
        (("crls", "one", "number"), 7),
        (("server", "crls"), ("one",)),
    ] == list(differences(Scenario(), changed))
    assert [] == list(differences(one, changed.but({"crls.one.number": 1, "server.crls": []})))
    assert {} == one.but({"crls.one": "none"}).crls


def test_a_schedule_makes_lists_and_hands_them_over() -> None:
    """A CA's lists are numbered; a side holds what it fetched, and every list keeps its moments."""
    second, last = (one.scenario for one in episodes(loads(HOLD)))
    assert ["client-ca-crl-1", "client-ca-crl-2"] == list(last.crls)
    assert ("client-ca-crl-2",) == second.server.crls == last.server.crls
    start = second.clock - 2 * DAY
    for world in (second, last):
        crl = world.crls["client-ca-crl-2"]
        assert crl.next_update is not None
        assert (2, start + DAY, start + 3 * DAY) == (
            crl.number,
            world.clock + crl.this_update,
            world.clock + crl.next_update,
        )
    assert "certificateHold" == last.certificates["alice"].revocation_reason
    assert (None, -DAY) == (second.certificates["alice"].released, last.certificates["alice"].released)


def test_a_published_list_takes_no_name_of_another() -> None:
    """Where a table already has the name that a list would get, its number is the next one that is free."""
    (only,) = episodes(
        loads(
            "[crls.client-ca-crl-2]\n[[schedule]]\npublish_crl = 'client-ca'\n"
            "[[schedule]]\nat = '1h'\nconnect = {}\n"
        )
    )
    assert {"client-ca-crl-2": 1, "client-ca-crl-3": 3} == {
        name: crl.number for name, crl in only.scenario.crls.items()
    }


def test_what_happened_is_told_before_its_connection() -> None:
    """Revocation and lists belong to the first connection, the release to the second."""
    first, second = episodes(loads(HOLD))
    assert (("alice",), (), ("client-ca-crl-1", "client-ca-crl-2")) == (
        first.revoked,
        first.released,
        first.published,
    )
    assert ((), ("alice",), ()) == (second.revoked, second.released, second.published)


def test_a_renewed_certificate_is_not_revoked() -> None:
    """The next certificate of a revoked one begins without its revocation."""
    text = HOLD.replace('release = "alice"', 'renew = "alice"')
    _, last = episodes(loads(text))
    renewed = last.scenario.certificates["alice-2"]
    assert (None, "unspecified", None) == (renewed.revoked, renewed.revocation_reason, renewed.released)


MISTAKES = [
    ({"server.crls": ["mine"]}, "the name of a revocation list, one of nothing"),
    ({"crls.a b.number": 1}, "must be keys joined by dots"),
    ({"crls.client-ca.number": 1}, "is the name of a certificate; give the list another name"),
    ({"crls.one.issuer": "alice"}, "must be the name of a CA, one of client-ca, server-ca"),
    ({"crls.one.issuer": "client-cb"}, "Did you mean 'client-ca'"),
    ({"crls.one.signed_by": "nobody"}, "the name of a certificate, one of client-ca"),
    ({"crls.one.lists": ["server"]}, "must be certificates of client-ca; this one is of server-ca"),
    ({"crls.one.next_update": "-2d"}, "must not be before this_update"),
    ({"crls.one.number": -1}, "must be from 0 to"),
    ({"crls.one.critical": ["crlNumber"]}, "Did you mean 'cRLNumber'"),
    ({"crls.one.critical": ["cRLNumber"], "crls.one.number": "absent"}, "needs a number"),
    ({"crls.one.only_reasons": ["keyCompromised"]}, "Did you mean 'keyCompromise'"),
    ({"crls.one.scope": "user"}, "Did you mean 'users'"),
    ({"certificates.alice.revocation_reason": "superseded"}, "needs a moment in revoked"),
    ({"certificates.alice.released": "-1d"}, "needs a moment in revoked"),
    (
        {"certificates.alice.revoked": "-2d", "certificates.alice.released": "-1d"},
        "no other revocation ends",
    ),
    ({"certificates.alice.crl_issuer": "publisher"}, "the name of a certificate, one of"),
    ({"server.revocation": "crls"}, "Did you mean 'crl'"),
]


def test_mistakes_are_said_in_words() -> None:
    """Each mistake names what is allowed, and where there is one the nearest right word."""
    for changes, words in MISTAKES:
        assert words in refusal(Scenario().but, changes), changes


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('reason = "certificateHold"', 'reason = "keyCompromise"', "a certificate that is on hold"),
        ('revoke = "alice"\n', 'renew = "alice"\n', "belongs to an entry with revoke"),
        ('publish_crl = "client-ca"\nnext', "connect = {}\nnext", "belongs to an entry with publish_crl"),
        (
            'publish_crl = "client-ca"',
            'publish_crl = "alice"',
            "the name of a CA, one of client-ca, server-ca",
        ),
        ('release = "alice"', 'revoke = "alice"', "a certificate to revoke, one of server"),
        ('fetch_crls = "server"', 'fetch_crls = "alice"', "must be one of client, server"),
        ('next_update = "2d"', 'next_update = "-2d"', "must not be before the moment itself"),
    ],
)
def test_mistakes_in_a_schedule_are_said_in_words(old: str, new: str, words: str) -> None:
    """A release wants a hold, a list a CA, and a setting stands with the happening that it belongs to."""
    with pytest.raises(ScenarioError) as caught:
        loads(HOLD.replace(old, new))
    assert words in str(caught.value)


def test_there_must_be_a_list_to_fetch() -> None:
    """A side cannot fetch what no CA has published by then."""
    text = '[[schedule]]\nfetch_crls = "server"\n[[schedule]]\nat = "1h"\nconnect = {}\n'
    with pytest.raises(ScenarioError, match="finds no revocation list; publish one before"):
        loads(text)
