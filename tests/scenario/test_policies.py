"""Certificate policies in a scenario: what certificates say, what a side demands, and mistakes in both."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from simulator import catalogue, simulate
from simulator.errors import ScenarioError
from simulator.scenario.file import load
from simulator.trace.facts import Checked
from tests.peers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.runs.run import Run
    from simulator.trust.verdict import Check

GOLD, SILVER = "1.3.6.1.4.1.55738.1", "1.3.6.1.4.1.55738.2"
WORLD: dict[str, Any] = {
    "certificates.mid": {
        "subject": "CN=Middle CA",
        "role": "ca",
        "issuer": "client-ca",
        "policies": [GOLD],
        "policy_mappings": [f"{GOLD}={SILVER}"],
    },
    "certificates.alice.issuer": "mid",
    "certificates.alice.policies": [SILVER],
    "server.profile": "rfc5280",
}


def policies_line(**changes: Any) -> tuple[bool, Check]:
    """The client's acceptance in the world above, and the server's line about certificate policies."""
    changed = WORLD | {key.replace("__", "."): value for key, value in changes.items()}
    return line_of(simulate(catalogue["valid-certificate"].but(changed)))


def line_of(run: Run) -> tuple[bool, Check]:
    """The same for a run."""
    verdicts = [event.fact.verdict for event in run.trace.events if isinstance(event.fact, Checked)]
    verdict = next(verdict for verdict in reversed(verdicts) if verdict.role == "client")
    return verdict.accepted, verdict.check("certificate-policies")


def test_the_tree_of_a_scenario_is_in_its_trace() -> None:
    """Certificates bear the policies and mappings of the scenario, and the trace has the tree."""
    accepted, line = policies_line(server__accepted_policies=[GOLD], server__explicit_policy=True)
    assert accepted
    assert line.value == GOLD
    assert line.detail == ("0 anyPolicy", f"1   {GOLD}, expects {SILVER}", f"2     {SILVER}")


def test_the_example_of_the_page(tmp_path: Path) -> None:
    """The scenario of docs/profiles.md can be played, and has the tree that the page shows."""
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```\n\n```\n(.*?)```", page, re.DOTALL)
    assert example is not None
    (tmp_path / "example.toml").write_text(example[1], encoding="utf-8")
    accepted, line = line_of(simulate(load(tmp_path / "example.toml")))
    assert accepted
    assert list(line.detail) == example[2].splitlines()


def test_each_setting_counts() -> None:
    """Each input of the verifier, and each limit of a CA, decides where it should."""
    for profile, (changes, accepted) in product(
        ["rfc5280", "strict", "webpki"],
        [
            ({}, True),
            ({"server__explicit_policy": True}, True),
            ({"server__explicit_policy": True, "server__accepted_policies": [SILVER]}, False),
            ({"server__accepted_policies": [SILVER]}, True),  # none is demanded
            ({"server__explicit_policy": True, "server__inhibit_policy_mapping": True}, False),
            ({"certificates__alice__policies": []}, True),
            ({"certificates__alice__policies": [], "server__explicit_policy": True}, False),
            ({"certificates__alice__policies": [], "certificates__mid__require_explicit_policy": 0}, False),
            ({"certificates__alice__policies": ["anyPolicy"], "server__explicit_policy": True}, True),
            (
                {
                    "certificates__alice__policies": ["anyPolicy"],
                    "server__explicit_policy": True,
                    "server__inhibit_any_policy": True,
                },
                False,
            ),
            (
                {
                    "certificates__alice__policies": ["anyPolicy"],
                    "server__explicit_policy": True,
                    "certificates__mid__inhibit_any_policy": 0,
                },
                False,
            ),
        ],
    ):
        assert policies_line(server__profile=profile, **changes)[0] == accepted, (profile, changes, accepted)


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        (
            {"server.explicit_policy": True},
            "server.explicit_policy",
            "rfc5280, strict, webpki (got 'openssl')",
        ),
        ({"client.accepted_policies": ["1.2.3"]}, "client.accepted_policies", "processes policies"),
        ({"server.accepted_policies": []}, "server.accepted_policies", "'any'"),
        ({"server.accepted_policies": ["gold"]}, "server.accepted_policies", "dotted object identifiers"),
        (
            {"certificates.alice.policies": ["1.40"]},
            "certificates.alice.policies",
            "dotted object identifiers",
        ),
        (
            {"certificates.alice.policy_mappings": ["1.2=1.3"]},
            "certificates.alice.policy_mappings",
            "only a CA",
        ),
        (
            {"certificates.client-ca.policy_mappings": ["1.2"]},
            "certificates.client-ca.policy_mappings",
            "1.2.3=1.2.4",
        ),
        (
            {"certificates.client-ca.inhibit_any_policy": -1},
            "certificates.client-ca.inhibit_any_policy",
            "0 to 255",
        ),
        ({"certificates.alice.inhibit_any_policy": 0}, "certificates.alice.inhibit_any_policy", "only a CA"),
        (
            {"certificates.alice.extended_key_usage": ["1.40"]},
            "certificates.alice.extended_key_usage",
            "dotted",
        ),
    ],
)
def test_mistakes(changes: dict[str, Any], place: str, words: str) -> None:
    """A mistake says where it is and what is allowed."""
    with pytest.raises(ScenarioError) as error:
        catalogue["valid-certificate"].but(changes)
    assert place in str(error.value)
    assert words in str(error.value)
