"""What a server grants: users, rights and the lowest level, one after the other."""

from __future__ import annotations

import pytest

from simulator.actors.grant import common_name, grant_of
from simulator.scenario import ServerSetup
from simulator.security import SecurityLevel as L
from simulator.security import Standing

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


@pytest.mark.parametrize(("standing", "users", "may", "least", "level", "refused_at"), CASES)
def test_level_and_refusal(
    standing: Standing,
    users: dict[str, str],
    may: tuple[str, ...] | None,
    least: L | None,
    level: L,
    refused_at: str | None,
) -> None:
    """The level is what the facts allow; the rules then say whether it is enough, and at which layer not."""
    subject = None if standing is Standing.ANONYMOUS else SUBJECT
    grant = grant_of(standing, subject, ServerSetup(users=users, authorized_users=may, minimum_level=least))
    assert (grant.standing.worth, grant.refusal_layer if grant.refused else None) == (level, refused_at)
    assert grant.user == (users.get(SUBJECT) if standing is Standing.AUTHENTICATED else None)
    assert grant.reason.endswith(".")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=alice,O=Example", "alice"),
        ("O=Example,CN=alice", "alice"),
        (r"CN=Smith\, John,O=Example", r"Smith\, John"),
        ("UID=7+CN=alice,O=Example", "alice"),
        ("O=CN=alice", "client"),
        (None, "client"),
    ],
)
def test_common_name(subject: str | None, name: str) -> None:
    """The common name is found wherever it stands, and an escaped comma does not end it."""
    assert common_name(subject) == name


def test_the_server_speaks_of_what_it_knows() -> None:
    """A grant does not say that the client verified the server, and a name nobody can read stays unnamed."""
    proved = grant_of(Standing.AUTHENTICATED, SUBJECT, ServerSetup())
    assert proved.reason.endswith("Whether the client verified the server, it cannot know.")
    unreadable = grant_of(Standing.CLAIMED, None, ServerSetup())
    assert unreadable.words == "claims a name that cannot be read; not verified"
    assert unreadable.standing.worth is L.SERVER_AUTHENTICATED
