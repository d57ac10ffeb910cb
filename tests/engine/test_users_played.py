"""The scenarios from certificate to user, played: level, layer, user, and the rule that led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import catalogue, simulate
from simulator.trace.connections import connections_of
from simulator.trace.facts import UserSought
from simulator.views.story.beats import beats
from simulator.views.story.essence import essence, grounds_words
from simulator.views.story.words import card_facts
from tests.played import for_each

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

# scenario → of each connection: level, layer of the refusal, user, rule that decided
PLAYED: dict[str, list[tuple[str, str | None, str | None, str | None]]] = {
    "authenticated-not-identified": [("CLIENT_AUTHENTICATED", None, None, None)],
    "not-identified-refused": [("REFUSED", "identity", None, None)],
    "identified-not-authorized": [("REFUSED", "application", "ALICE", "email:alice@example.com")],
    "authorized": [("CLIENT_AUTHORIZED", None, "ALICE", "email:alice@example.com")],
    "identity-from-uri": [
        ("CLIENT_AUTHORIZED", None, "REPORTS", "URI:spiffe://example.org/ns/payroll/sa/reports")
    ],
    "over-broad-anchor": [("CLIENT_AUTHORIZED", None, "STAFF", "issuer:public-ca")],
    "same-name-other-ca": [("CLIENT_AUTHORIZED", None, "ALICE", "subject:CN=alice")],
    "renewed-and-not-mapped": [
        ("CLIENT_IDENTIFIED", None, "ALICE", "serial:alice"),
        ("REFUSED", "identity", None, None),
        ("CLIENT_IDENTIFIED", None, "ALICE", "serial:alice-2"),
    ],
    "mapping-not-refreshed": [
        ("REFUSED", "identity", None, None),
        ("REFUSED", "identity", None, None),
        ("CLIENT_IDENTIFIED", None, "ALICE", "CN=alice,O=Example"),
    ],
}


def test_every_scenario_of_the_topic_is_played() -> None:
    """The table above has all of them."""
    assert set(PLAYED) == {name for name, one in catalogue.items() if one.topic == "from certificate to user"}


@for_each("tls", ["1.2", "1.3"])
@for_each("name", PLAYED)
def test_level_layer_user_and_rule(name: str, tls: TlsVersion) -> None:
    """TLS succeeds in every connection, without an alert; what comes out is decided above it."""
    run = simulate(catalogue[name], tls=tls)
    assert run.as_expected is True
    played = []
    for trace in connections_of(run.trace):
        outcome, card = trace.outcome, trace.card
        assert ("ok", "ok", None) == (outcome.client.handshake, outcome.server.handshake, outcome.alert)
        played.append((outcome.level.value, outcome.refused_at, card.user, card.mapped_by))
    assert PLAYED[name] == played


def test_the_safe_rule_of_the_lesson_is_safe() -> None:
    """What the lessons advise works: a rule with the issuer does not let the other CA's Alice in."""
    safe = {"issuer:client-ca subject:CN=alice": "ALICE"}
    other = catalogue["same-name-other-ca"].but({"server.users": safe})
    assert ("REFUSED", "identity") == (
        simulate(other).outcome.level.value,
        simulate(other).outcome.refused_at,
    )
    own = other.but({"client.certificate": "alice"})
    assert "CLIENT_AUTHORIZED" == simulate(own).outcome.level.value


def test_a_renewed_certificate_keeps_its_uri() -> None:
    """As the lesson says, the next certificate has another serial number, and the rule still fits."""
    schedule = [{"connect": {}}, {"at": "30m", "renew": "reports"}, {"at": "90m", "connect": {}}]
    run = simulate(catalogue["identity-from-uri"].but(schedule=schedule))
    assert ["REPORTS", "REPORTS"] == [one.card.user for one in connections_of(run.trace)]


def test_a_table_that_was_not_loaded_is_told() -> None:
    """The second connection says what the changed table would have done, and shows that there is one."""
    _, second, third = connections_of(simulate(catalogue["mapping-not-refreshed"]).trace)
    (sought,) = second.of(UserSought)
    assert isinstance(sought.fact, UserSought)
    assert "with it the client would be the user ALICE" in sought.fact.reason
    server = next(actor for actor in second.setup.actors if actor.name == "server")
    assert dict(server.policy)["table of users"] == "changed, and not loaded since"
    notes = [beat.headline for beat in beats(third)]
    loads = 'The server loads the table of users as it stands now: "*,OU=staff,O=Example" is STAFF, '
    assert f'{loads}"CN=alice,O=Example" is ALICE' in notes
    changed = [beat.headline for beat in beats(second)]
    assert any(words.startswith("The table of users is changed: ") for words in changed)


def test_story_card_and_slide_name_the_rule() -> None:
    """The rule is shown as it is written, though the subject that it spells has a short name."""
    run = simulate(catalogue["same-name-other-ca"])
    (sought,) = run.trace.of(UserSought)
    beat = next(beat for beat in beats(run.trace) if beat.event == sought)
    assert "The server maps the certificate to the user ALICE" == beat.headline
    assert ("Mapped to user", "ALICE, by subject:CN=alice") in card_facts(run.card)
    rows = [grounds_words(row) for row in essence(run.trace).rows if hasattr(row, "grounds")]
    assert "✓ user ALICE, by subject:CN=alice" == rows[-1]
    refused = essence(simulate(catalogue["not-identified-refused"]).trace)
    last = [row for row in refused.rows if hasattr(row, "grounds")][-1]
    assert grounds_words(last).startswith("– no rule fits: no known user · ✗ The server opens")
