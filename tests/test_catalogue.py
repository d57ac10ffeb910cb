"""The catalogue: every scenario is complete, true where trust can say, and can be found."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from simulator import catalogue as imported
from simulator.catalogue import TEACHING_ORDER, UnknownScenarioError, catalogue, load
from simulator.catalogue.credentials import CREDENTIALS, POLICIES, credential_scenario, settings
from simulator.entropy import SeededEntropy
from simulator.errors import ScenarioError
from simulator.scenario import TLS_VERSIONS, Scenario, TlsVersion
from simulator.scenario.changes import differences
from simulator.scenario.file import load as load_file
from simulator.scenario.problems import scenario_problems
from simulator.security import SecurityLevel
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.world import issue_world

NAMES = {
    *("valid-certificate", "chain-with-intermediate", "server-does-not-ask", "no-certificate-lower-level"),
    *("no-certificate-refused", "unverified-certificate", "untrusted-ca", "self-signed"),
    *("self-signed-trusted", "missing-intermediate", "certificate-expired", "certificate-not-yet-valid"),
    *("wrong-purpose", "stolen-certificate", "revoked-not-checked", "server-untrusted", "server-expired"),
    *("server-wrong-name", "server-not-checked", "ca-switched-off"),
}


def test_the_catalogue_has_its_scenarios_and_their_files() -> None:
    """Every name has one file, every file one name, and the teaching order has them all, topic by topic."""
    stems = {
        Path(file.name).stem for file in files("simulator.catalogue").iterdir() if file.name.endswith("toml")
    }
    topics = [catalogue[name].topic for name in catalogue]

    assert stems == NAMES
    assert sorted(TEACHING_ORDER) == sorted(NAMES)
    assert list(dict.fromkeys(topics)) == [
        topic for before, topic in zip(["", *topics], topics, strict=False) if before != topic
    ]


def test_the_catalogue_is_a_mapping_by_either_import() -> None:
    """``from simulator import catalogue`` gives the mapping itself, with all that a mapping can do."""
    assert imported is catalogue
    assert isinstance(catalogue, Mapping)
    assert list(catalogue) == list(TEACHING_ORDER)
    assert len(catalogue) == len(NAMES)
    assert [name for name, _ in catalogue.items()] == list(catalogue.keys())
    assert catalogue.get("no-such") is None
    assert "no-such" not in catalogue
    assert "self-signed" in catalogue
    assert catalogue == catalogue
    assert hash(catalogue) == hash(imported)


@pytest.mark.parametrize("name", catalogue)
def test_a_scenario_can_be_played_and_says_what_it_expects(name: str) -> None:
    """No scenario has a problem; each expects something of both versions, and a refusal names its reason."""
    scenario = catalogue[name]

    assert scenario.name == name
    assert scenario_problems(scenario) == []
    assert set(scenario.expect) == set(TLS_VERSIONS)
    for expectation in scenario.expect.values():
        refused = expectation.level is SecurityLevel.REFUSED
        assert refused == (expectation.alert is not None) == (expectation.decisive_check is not None)


@pytest.mark.parametrize("name", catalogue)
def test_a_lesson_is_short_and_gives_its_rule(name: str) -> None:
    """Three to six sentences on one line, the last of them with a reference to an RFC and its section."""
    scenario = catalogue[name]
    sentences = re.split(r"(?<=[.)])\s+(?=[A-Z])", scenario.lesson)

    assert 3 <= len(sentences) <= 6
    assert "\n" not in scenario.lesson
    assert all(sentence.endswith(".") for sentence in sentences)
    assert re.search(r"RFC \d{4} §\d", sentences[-1])
    assert len(scenario.title) <= 45
    assert not scenario.title.endswith(".")


@pytest.mark.parametrize("name", catalogue)
def test_a_scenario_differs_in_little(name: str) -> None:
    """A scenario is the good handshake with one thing changed: at most six settings differ."""
    count = len(list(differences(Scenario(), catalogue[name])))

    assert (count == 0) == (name == "valid-certificate")
    assert count <= 6


@pytest.mark.parametrize("name", catalogue)
def test_both_readers_agree_on_every_file(name: str) -> None:
    """The reader that trusts our own files and the one that checks users' files give equal scenarios."""
    path = Path(str(files("simulator.catalogue").joinpath(f"{name}.toml")))

    assert load_file(path) == catalogue[name]


def test_built_in_scenarios_need_no_pydantic() -> None:
    """Loading all of them, changing one and reading a ``--set`` imports neither pydantic nor any drawing."""
    code = (
        "import sys; from simulator import catalogue\n"
        "from simulator.scenario.file import parse_assignment\n"
        "dict(catalogue); catalogue['self-signed'].but(dict([parse_assignment('server.tickets=0')]))\n"
        "print([m for m in ('pydantic', 'matplotlib', 'networkx', 'ssl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["certifcate-expired", "CERTIFICATE-EXPIRED", "certificate_expired", "expired"]
)
def test_a_misspelt_name_is_answered_with_the_right_one(name: str) -> None:
    """The error is a ScenarioError and a KeyError, and its advice has the name that was meant."""
    with pytest.raises(UnknownScenarioError, match=r"Did you mean .*'certificate-expired'") as caught:
        catalogue[name]

    assert isinstance(caught.value, ScenarioError)
    assert isinstance(caught.value, KeyError)
    with pytest.raises(ScenarioError, match="Did you mean"):
        load(name)


def test_a_scenario_is_loaded_by_name_or_by_path(tmp_path: Path) -> None:
    """A catalogue name gives the catalogue's scenario, a path the file's, whatever the file is called."""
    path = tmp_path / "self-signed.toml"
    path.write_text("[server]\ntickets = 0\n", encoding="utf-8")

    assert load("self-signed") is catalogue["self-signed"]
    assert load(str(path)).server.tickets == 0
    assert load(path).name == "self-signed"
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(str(tmp_path / "absent.toml"))


def judged(scenario: Scenario, side: str, version: TlsVersion) -> tuple[str | None, str | None]:
    """The decisive check and its alert when one side's certificate is judged; (None, None) if accepted."""
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    judging = world.server if side == "client" else world.client
    chain = (world.client if side == "client" else world.server).chain
    setup = scenario.server if side == "client" else scenario.client
    policy = TrustPolicy(
        role=side,  # type: ignore[arg-type]
        store=judging.store,
        held=judging.held,
        server_name=scenario.client.server_name,
        profile=setup.profile,
        require_certificate=scenario.server.client_authentication == "required",
    )
    verdict = judge([certificate.der for certificate in chain], policy, scenario.clock, tls=version)
    return (verdict.decisive.name if verdict.decisive else None), verdict.alert


@pytest.mark.parametrize("version", TLS_VERSIONS)
@pytest.mark.parametrize("name", catalogue)
def test_the_trust_decision_comes_out_as_expected(name: str, version: TlsVersion) -> None:
    """Judging the scenario's real certificates gives the decisive check and alert that it expects.

    What a stolen certificate shows comes only with the proof of possession, after this decision.
    """
    scenario = catalogue[name]
    expectation = scenario.expect[version]
    expected = (expectation.decisive_check, expectation.alert)
    verdict = judged(scenario, "server", version) if scenario.client.verify_server else (None, None)
    if verdict == (None, None) and scenario.server.client_authentication in ("optional", "required"):
        verdict = judged(scenario, "client", version)

    if name == "stolen-certificate":
        assert verdict == (None, None)
        assert expected == ("proof-of-possession", "decrypt_error")
    else:
        assert verdict == expected


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_every_cell_of_the_matrix_is_a_scenario_and_a_setting(credential: str, policy: str) -> None:
    """Each credential can be played under each policy; the cell's setting leads to its scenario."""
    changes = settings(credential, policy)  # type: ignore[arg-type]
    scenario = credential_scenario(credential, policy)  # type: ignore[arg-type]

    assert scenario.server.client_authentication == policy
    assert scenario == catalogue[CREDENTIALS[credential]].but(changes)
    assert bool(changes) == (policy != "required")
    assert (scenario.client.certificate is None) == (credential == "none")


@pytest.mark.parametrize(("credential", "policy"), [("expird", "none"), ("expired", "requird")])
def test_an_unknown_cell_is_refused(credential: str, policy: str) -> None:
    """A credential or policy that does not exist is answered with the nearest that does."""
    with pytest.raises(ScenarioError, match="Did you mean"):
        settings(credential, policy)  # type: ignore[arg-type]
