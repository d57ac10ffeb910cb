"""What a server grants: users, rights and the lowest level, one after the other."""

from __future__ import annotations

import pytest

from simulator.actors.grant import grant_of
from simulator.scenario import ServerSetup
from simulator.security import SecurityLevel as L
from simulator.security import Standing
from tests.actors.made import certificate
from tests.played import for_each

SUBJECT = "CN=alice,O=Example"
USERS = {SUBJECT: "ALICE"}


CASES = [
    # standing after the handshake, users, who may, lowest level → level, refused at
    (Standing.ANONYMOUS, {}, None, None, L.SERVER_AUTHENTICATED, None),
    (Standing.CLAIMED, USERS, None, None, L.SERVER_AUTHENTICATED, None),
    (Standing.AUTHENTICATED, {}, None, None, L.CLIENT_AUTHENTICATED, None),
    (Standing.AUTHENTICATED, {"CN=bob": "BOB"}, None, None, L.CLIENT_AUTHENTICATED, None),
    (Standing.AUTHENTICATED, USERS, None, None, L.CLIENT_IDENTIFIED, None),
    (Standing.AUTHENTICATED, USERS, ("ALICE",), None, L.CLIENT_AUTHORIZED, None),
    (Standing.AUTHENTICATED, USERS, ("BOB",), None, L.CLIENT_IDENTIFIED, "application"),
    (Standing.AUTHENTICATED, USERS, (), None, L.CLIENT_IDENTIFIED, "application"),
    (Standing.AUTHENTICATED, {}, ("ALICE",), None, L.CLIENT_AUTHENTICATED, "identity"),
    (Standing.CLAIMED, USERS, ("ALICE",), None, L.SERVER_AUTHENTICATED, "identity"),
    (Standing.ANONYMOUS, USERS, ("ALICE",), None, L.SERVER_AUTHENTICATED, "identity"),
    (Standing.ANONYMOUS, {}, None, L.SERVER_AUTHENTICATED, L.SERVER_AUTHENTICATED, None),
    (Standing.ANONYMOUS, {}, None, L.CLIENT_AUTHENTICATED, L.SERVER_AUTHENTICATED, "application"),
    (Standing.CLAIMED, {}, None, L.CLIENT_AUTHENTICATED, L.SERVER_AUTHENTICATED, "application"),
    (Standing.AUTHENTICATED, {}, None, L.CLIENT_AUTHENTICATED, L.CLIENT_AUTHENTICATED, None),
    (Standing.AUTHENTICATED, {}, None, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHENTICATED, "identity"),
    (Standing.AUTHENTICATED, USERS, None, L.CLIENT_IDENTIFIED, L.CLIENT_IDENTIFIED, None),
    (Standing.AUTHENTICATED, USERS, None, L.CLIENT_AUTHORIZED, L.CLIENT_IDENTIFIED, "application"),
    (Standing.AUTHENTICATED, USERS, ("ALICE",), L.CLIENT_AUTHORIZED, L.CLIENT_AUTHORIZED, None),
]


@for_each("standing, users, may, least, level, refused_at", CASES)
def test_level_and_refusal(
    standing: Standing,
    users: dict[str, str],
    may: tuple[str, ...] | None,
    least: L | None,
    level: L,
    refused_at: str | None,
) -> None:
    """The level is what the facts allow; the rules then say whether it is enough, and at which layer not."""
    subject = None if standing is Standing.ANONYMOUS else certificate(SUBJECT)
    grant = grant_of(standing, subject, ServerSetup(users=users, authorized_users=may, minimum_level=least))
    assert (grant.standing.worth, grant.refusal_layer if grant.refused else None) == (level, refused_at)
    assert grant.user == (users.get(SUBJECT) if standing is Standing.AUTHENTICATED else None)
    assert grant.reason.endswith(".")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=alice,O=Example", "alice"),
        ("O=Example,CN=alice", "alice"),
        (r"CN=Smith\, John,O=Example", "Smith, John"),
        ("UID=7+CN=alice,O=Example", "alice"),
        ("CN=alice,CN=Staff", "alice"),
        ("O=CN=alice", "client"),
    ],
)
def test_the_server_addresses_a_client_by_its_common_name(subject: str, name: str) -> None:
    """A client that is no user is called by its most specific common name, wherever that stands."""
    assert grant_of(Standing.AUTHENTICATED, certificate(subject), ServerSetup()).name == name


@pytest.mark.parametrize("spelled", ["cn=ALICE,o=example", "/O=Example/CN=alice", "2.5.4.3=alice, O=Example"])
def test_a_user_is_found_by_name_and_not_by_text(spelled: str) -> None:
    """The subject and the entry of the table are compared as names."""
    grant = grant_of(Standing.AUTHENTICATED, certificate(SUBJECT), ServerSetup(users={spelled: "ALICE"}))
    assert grant.user == "ALICE"


def test_the_server_speaks_of_what_it_knows() -> None:
    """A grant does not say that the client verified the server, and a name nobody can read stays unnamed."""
    proved = grant_of(Standing.AUTHENTICATED, certificate(SUBJECT), ServerSetup())
    assert proved.reason.endswith("Whether the client verified the server, it cannot know.")
    unreadable = grant_of(Standing.CLAIMED, None, ServerSetup())
    assert unreadable.words == "claims a name that cannot be read; not verified"
    assert unreadable.standing.worth is L.SERVER_AUTHENTICATED
