"""Presets set what they say, what a scenario sets beside them wins, and the story says which one it is."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result

from simulator.command.cli import clientauth
from simulator.errors import ScenarioError
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences, plain_value
from simulator.scenario.file import loads
from simulator.scenario.mistakes.mistake import EQUIVALENTS
from simulator.scenario.presets.departures import departures
from simulator.scenario.presets.table import BetweenPreset, ServerPreset, presets
from simulator.scenario.schedule.episodes import episodes
from simulator.security import SecurityLevel
from simulator.views.texts.terminal import story
from tests.played import for_each

GOOD = Scenario()
L = SecurityLevel

# Client with Alice's certificate, with one of another CA, and with none → the level under each preset.
LEVELS: dict[str, tuple[SecurityLevel, SecurityLevel, SecurityLevel]] = {
    "at-tls-passthru": (L.SERVER_AUTHENTICATED, L.SERVER_AUTHENTICATED, L.SERVER_AUTHENTICATED),
    "at-tls-passthru-9285i": (L.SERVER_AUTHENTICATED, L.SERVER_AUTHENTICATED, L.REFUSED),
    "at-tls-full": (L.CLIENT_AUTHENTICATED, L.REFUSED, L.SERVER_AUTHENTICATED),
    "at-tls-required": (L.CLIENT_AUTHENTICATED, L.REFUSED, L.REFUSED),
    "at-tls-safcheck": (L.REFUSED, L.REFUSED, L.REFUSED),
    "communications-server-level-1": (L.CLIENT_AUTHENTICATED, L.REFUSED, L.REFUSED),
    "communications-server-level-2": (L.CLIENT_IDENTIFIED, L.REFUSED, L.REFUSED),
    "communications-server-level-3": (L.CLIENT_AUTHORIZED, L.REFUSED, L.REFUSED),
    "racf-filters": (L.CLIENT_IDENTIFIED, L.REFUSED, L.REFUSED),
    "racf-filters-not-refreshed": (L.CLIENT_IDENTIFIED, L.REFUSED, L.REFUSED),
}
CLIENTS = ("valid-certificate", "untrusted-ca", "no-certificate-refused")


def invoke(*arguments: str) -> Result:
    """One run of the command."""
    return CliRunner().invoke(clientauth, arguments)


def test_every_preset_is_a_word_of_its_setting() -> None:
    """The two settings take the presets of the table, in its order, and no other."""
    by_part: dict[str, list[str]] = {}
    for one in presets().values():
        by_part.setdefault(one.part, []).append(one.name)
    assert by_part == {"server": list(get_args(ServerPreset)), "between": list(get_args(BetweenPreset))}


@for_each("name", presets())
def test_a_preset_sets_what_it_says(name: str) -> None:
    """The good handshake under a preset differs in the preset's settings alone, and departs from none."""
    preset = presets()[name]
    made = GOOD.but({f"{preset.part}.preset": name})
    assert departures(preset, getattr(made, preset.part)) == ()
    changed = {path[1] for path, _ in differences(GOOD, made)}
    assert changed <= {"preset", *preset.sets}
    assert "preset" in changed


@pytest.mark.parametrize("name", LEVELS)
def test_a_server_under_a_preset_lets_in_whom_its_product_lets_in(name: str) -> None:
    """The level of three clients in TLS 1.3, as the product describes it."""
    runs = (simulate(catalogue[client].but({"server.preset": name})) for client in CLIENTS)
    assert tuple(run.outcome.level for run in runs) == LEVELS[name]


def test_the_levels_are_those_of_every_server_preset() -> None:
    """No preset of a server is left out above."""
    assert list(LEVELS) == list(get_args(ServerPreset))


def test_rules_of_filters_decide_as_racf_does() -> None:
    """The filter for Alice decides against that for her CA; until it is loaded, the other one does."""
    users = {
        name: simulate(GOOD.but({"server.preset": name})).card.user
        for name in ("racf-filters", "racf-filters-not-refreshed")
    }
    assert users == {"racf-filters": "ALICE", "racf-filters-not-refreshed": "STAFF"}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("redirector-passthrough", L.CLIENT_AUTHENTICATED),
        ("redirector-both", L.SERVER_AUTHENTICATED),
        ("communications-server-redirector", L.CLIENT_AUTHENTICATED),
    ],
)
def test_a_redirector_asks_or_cannot(name: str, level: SecurityLevel) -> None:
    """The level of Alice's connection to it."""
    run = simulate(GOOD.but({"between.preset": name}))
    assert run.connections[0].outcome.level is level


def test_what_a_scenario_sets_wins() -> None:
    """In a file, by paths in either order, and inside a part of a part; the story says what is otherwise."""
    text = '[server]\nclient_authentication = "optional"\npreset = "at-tls-safcheck"\n'
    paths: dict[str, Any] = {"server.preset": "at-tls-safcheck", "server.client_authentication": "optional"}
    made = [loads(text), GOOD.but(paths), GOOD.but(dict(reversed(paths.items())))]
    assert {(one.server.client_authentication, one.server.minimum_level) for one in made} == {
        ("optional", L.CLIENT_IDENTIFIED)
    }
    said = story(simulate(made[0]).trace, 200)
    assert "ClientAuthType SAFCheck; but client_authentication is optional;" in said
    between = {"preset": "communications-server-redirector", "server": {"client_authentication": "optional"}}
    inner = GOOD.but({"between": between}).between
    assert (inner.party, inner.server.client_authentication) == ("redirector", "optional")
    assert departures(presets()[between["preset"]], inner) == ("server.client_authentication is optional",)


def test_a_schedule_may_set_a_preset() -> None:
    """It changes all that the preset sets; what stands beside it wins, in either order."""
    change = {"server.minimum_level": "none", "server.preset": "at-tls-safcheck"}
    entries = [{"connect": {}}, {"at": "1h", "set": change}, {"at": "2h", "connect": {}}]
    scenario = GOOD.but({"server.preset": "at-tls-full"}).but(schedule=entries)
    first, second = (one.scenario.server for one in episodes(scenario))
    assert (first.preset, first.client_authentication) == ("at-tls-full", "optional")
    assert (second.preset, second.client_authentication) == ("at-tls-safcheck", "required")
    assert second.minimum_level is None


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    """A preset of another part is unknown, too."""
    with pytest.raises(ScenarioError, match="Did you mean 'at-tls-safcheck'"):
        GOOD.but({"server.preset": "at-tls-safchek"})
    with pytest.raises(ScenarioError, match="must be one of redirector-passthrough"):
        GOOD.but({"between.preset": "at-tls-full"})


def test_the_presets_of_at_tls_are_the_words_of_the_table_of_equivalents() -> None:
    """A ClientAuthType that a file gives as a policy leads to the policy that its preset sets."""
    for word in ("passthru", "full", "safcheck"):
        assert EQUIVALENTS[word] == (presets()[f"at-tls-{word}"].sets["client_authentication"],)


def test_the_command_lists_them() -> None:
    """As text within the width, with every name and setting; as JSON; and not beside a search."""
    result = invoke("list", "--presets", "--width", "80")
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    for one in presets().values():
        assert f"\n  {one.name}\n" in result.output
        assert all(key in result.output for key in one.sets)
        assert plain_value((one.part,), one.title) in " ".join(result.output.split())
    assert (
        f'"setting": "{next(iter(presets().values())).part}.preset"'
        in invoke("list", "--presets", "--json").output
    )
    assert invoke("list", "--presets", "--all").exit_code == 2
