"""The catalogue: every scenario is complete, true where trust can say, and can be found."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue as imported
from simulator.command import demo as demonstration
from simulator.engine.roles import revocation_policy
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import ScenarioError
from simulator.lessons.site.site import site_files
from simulator.pki.certificate import Certificate
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS, Expectation, Scenario, TlsVersion
from simulator.scenario.catalogue.catalogue import (
    BASICS,
    TEACHING_ORDER,
    UnknownScenarioError,
    catalogue,
    load,
)
from simulator.scenario.catalogue.credentials import CREDENTIALS, POLICIES, credential_scenario, settings
from simulator.scenario.changes import differences
from simulator.scenario.keeping import unopened_file
from simulator.scenario.mistakes.scenario import scenario_problems
from simulator.scenario.opening import comes_to_tls
from simulator.scenario.schedule.episodes import episodes
from simulator.security import SecurityLevel
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Checked, Sent
from simulator.trust.judge import judge
from simulator.trust.policy import RevocationPolicy, TrustPolicy
from tests.played import CONNECTIONS, RUNS, for_each, run_of

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

FOLDER = Path(str(files("simulator.scenario.catalogue")))
GALLERY = Path(str(files("simulator.command"))) / "gallery.toml"
PLAN = Path(str(files("simulator.lessons.lesson"))) / "plan.toml"

# Where the chain that is judged is not what decides: what does, and its alert in TLS 1.2 and 1.3.
DECIDED_ELSEWHERE = {
    "stolen-certificate": ("proof-of-possession", "decrypt_error", "decrypt_error"),
    "corrupted-proof": ("proof-of-possession", "decrypt_error", "decrypt_error"),
    "device-wrong-pin": ("certificate-presented", "handshake_failure", "certificate_required"),
    "version-mismatch": (None, "protocol_version", "protocol_version"),
    "ca-list-excludes-certificate": ("certificate-presented", "handshake_failure", "certificate_required"),
    "no-common-signature-scheme": ("certificate-presented", "handshake_failure", "certificate_required"),
    # A responder of the CA is asked about the chain, and what it answers decides.
    "revoked-by-ocsp": ("revocation", "certificate_revoked", "certificate_revoked"),
    **dict.fromkeys(
        ("ocsp-answer-stale", "ocsp-wrong-signer", "ocsp-unreachable-hard-fail"),
        ("revocation", "certificate_unknown", "certificate_unknown"),
    ),
}

# Scenarios of other topics than "from certificate to user" in which a layer above TLS refuses.
REFUSED_ABOVE_TLS = {"saf-check-fails", "express-logon-not-mapped", "express-logon-ticket-used-twice"}


def test_the_catalogue_has_its_scenarios_and_their_files() -> None:
    """Every name has one file, every file one name, and the teaching order has them all, topic by topic."""
    places = {file.stem: file.parent.name for file in FOLDER.glob("*/*.toml")}
    topics = [catalogue[name].topic for name in catalogue]
    folders = [topic.replace("'", "").replace(" ", "-") for topic in topics]

    assert sorted(TEACHING_ORDER) == sorted(places)
    assert len(BASICS) == 44
    assert dict(zip(catalogue, folders, strict=True)) == places
    assert list(dict.fromkeys(topics)) == [
        topic for before, topic in zip(["", *topics], topics, strict=False) if before != topic
    ]


def test_what_is_made_for_a_class_does_not_grow_with_the_catalogue() -> None:
    """Site, gallery and lesson show basic scenarios alone; the demonstration plays these."""
    assert inspect.signature(site_files).parameters["scenarios"].default is BASICS
    texts = [path.read_text(encoding="utf-8") for path in (GALLERY, PLAN)]
    runs = re.findall(r'"([a-z0-9-]+) 1\.[23]"', "".join(texts))
    assert len(runs) > 20
    assert set(runs) <= set(BASICS)
    assert demonstration.BASICS is BASICS


def test_the_catalogue_is_a_mapping_by_either_import() -> None:
    """``from simulator import catalogue`` gives the mapping itself, with all that a mapping can do."""
    assert imported is catalogue
    assert isinstance(catalogue, Mapping)
    assert list(catalogue) == list(TEACHING_ORDER)
    assert len(catalogue) == len(TEACHING_ORDER)
    assert [name for name, _ in catalogue.items()] == list(catalogue.keys())
    assert catalogue.get("no-such") is None
    assert "no-such" not in catalogue
    assert "self-signed" in catalogue
    assert catalogue == catalogue
    assert hash(catalogue) == hash(imported)


def test_a_scenario_can_be_played_and_says_what_it_expects() -> None:
    """No scenario has a problem; each expects something of both versions, and a refusal names its reason.

    A refusal above TLS has no alert and no failed check: tests/engine/test_users_played.py has its layer.
    """
    for name in catalogue:
        scenario = catalogue[name]

        assert scenario.name == name, name
        assert scenario_problems(scenario) == [], name
        for episode in episodes(scenario):
            assert set(episode.scenario.expect) == set(TLS_VERSIONS)
            for expectation in episode.scenario.expect.values():
                # Above and before TLS no alert refuses, and where there is no connection, nothing does.
                above = scenario.topic == "from certificate to user" or name in REFUSED_ABOVE_TLS
                in_tls = not above and not unopened_file(episode.scenario)
                in_tls = in_tls and episode.scenario.client.starts_tls != "never"
                refused = expectation.level is SecurityLevel.REFUSED and in_tls
                deferred = episode.scenario.server.client_authentication == "deferred"
                assert (refused and not deferred) == (expectation.alert is not None), name
                decided = expectation.decisive_check is not None
                assert decided == (refused and name != "version-mismatch"), (
                    name
                )  # there nobody comes to judge


def test_a_lesson_is_short_and_gives_its_rule() -> None:
    """Three to six sentences on one line, the last of them with a reference to an RFC and its section."""
    for name in catalogue:
        scenario = catalogue[name]
        sentences = re.split(r"(?<=[.)])\s+(?=[A-Z])", scenario.lesson)

        assert 3 <= len(sentences) <= 6, name
        assert "\n" not in scenario.lesson, name
        assert all(sentence.endswith(".") for sentence in sentences), name
        assert re.search(r"RFC \d{4} §\d", sentences[-1]), name
        assert len(scenario.title) <= 45, name
        assert not scenario.title.endswith("."), name


def test_a_scenario_differs_in_little() -> None:
    """A scenario is the good handshake with one thing changed: at most six settings, further CAs apart."""
    for name in BASICS:
        scenario = catalogue[name]
        count = len(list(differences(Scenario(), scenario)))
        further = [one for one in scenario.certificates if one not in Scenario().certificates]

        assert (count == 0) == (name == "valid-certificate"), name
        assert count - 3 * len(further) <= 3, name
        assert len(further) <= 2, name


def test_a_built_in_file_is_read_as_a_users_file_is() -> None:
    """A copy of the catalogue's file, loaded by its path, is the catalogue's scenario."""
    for name in catalogue:
        (path,) = FOLDER.glob(f"*/{name}.toml")

        assert load(path) == catalogue[name], name


def test_reading_a_scenario_imports_no_library() -> None:
    """Reading all built-in ones, changing one and a ``--set`` import no cryptography and nothing heavy."""
    heavy = ("cryptography", "matplotlib", "networkx", "ssl", "json", "difflib", "importlib.resources")
    code = (
        "import sys; from simulator import catalogue\n"
        "from simulator.scenario.changes import parse_assignment\n"
        "dict(catalogue); catalogue['self-signed'].but(dict([parse_assignment('server.tickets=0')]))\n"
        f"print([m for m in {heavy} if m in sys.modules])"
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


def presented(scenario: Scenario, side: str) -> list[bytes]:
    """The chain that a side shows in the end: with a hint and a choice, the one that the hint leads to."""
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    holding = world.client if side == "client" else world.server
    hints = [one.subject_der for one in world.server.authorities]
    obeys = scenario.client.obeys_ca_list or scenario.client.picks == "any-trusted"
    if side == "client" and obeys and hints:
        chains = [own.chain for own in holding.credentials]
        fitting = (
            chain for chain in chains if any(Certificate.parse(der).issuer_der in hints for der in chain)
        )
        return list(next(fitting, ()))
    return [der for own in holding.credentials[:1] for der in own.chain]


def judged(scenario: Scenario, side: str, version: TlsVersion) -> tuple[str | None, str | None]:
    """The decisive check and its alert when one side's certificate is judged; (None, None) if accepted.

    No responder is asked here: what one answers comes with a run.
    """
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    judging = world.server if side == "client" else world.client
    rules = scenario.server
    setup = rules if side == "client" else scenario.client
    policy = TrustPolicy(
        role=side,  # type: ignore[arg-type]
        store=judging.store,
        held=judging.held,
        server_name=scenario.client.server_name,
        profile=setup.profile,
        require_certificate=rules.client_authentication in ("required", "deferred") or rules.insists_on_any,
        revocation=RevocationPolicy() if setup.revocation == "ocsp" else revocation_policy(setup, judging),
    )
    now = scenario.clock + setup.clock_offset
    verdict = judge(presented(scenario, side), policy, now, tls=version)
    return (verdict.decisive.name if verdict.decisive else None), verdict.alert


def test_the_trust_decision_comes_out_as_expected() -> None:
    """Judging the scenario's real certificates gives the decisive check and alert that it expects.

    What a stolen certificate shows comes only with the proof of possession, after this decision.
    """
    for (name, connection), version in product(CONNECTIONS, TLS_VERSIONS):
        scenario, where = connection.scenario, (name, connection.number, version)
        expectation = scenario.expect[version]
        expected = (expectation.decisive_check, expectation.alert)
        verdict = judged(scenario, "server", version) if scenario.client.verify_server else (None, None)
        server = scenario.server
        if not comes_to_tls(scenario):
            assert expected == (None, None), where  # no certificate is shown
            continue
        judges = server.client_authentication in ("optional", "required", "deferred") or server.insists_on_any
        if verdict == (None, None) and judges:
            verdict = judged(scenario, "client", version)
            if server.client_authentication == "deferred":
                verdict = verdict[0], None

        if name in DECIDED_ELSEWHERE:
            check, *alerts = DECIDED_ELSEWHERE[name]
            assert (check, alerts[TLS_VERSIONS.index(version)]) == expected, where
            assert verdict == (expected if name == "ca-list-excludes-certificate" else (None, None)), where
        else:
            assert verdict == expected, where


@for_each("name, version", RUNS)
def test_every_run_comes_out_as_expected(name: str, version: TlsVersion) -> None:
    """Level, decisive check and alert of the run are the scenario's; all but the mismatch negotiate."""
    outcome, expectation = run_of(name, version).trace.outcome, catalogue[name].expect[version]
    alert = outcome.alert.name if outcome.alert else None

    assert Expectation(outcome.level, outcome.decisive_check, alert) == expectation
    assert outcome.negotiated == (None if name == "version-mismatch" else version)


def test_every_connection_comes_out_as_expected() -> None:
    """So it is with each connection of the scenarios that go on for longer, or above the handshake."""
    for name, version in product([name for name in catalogue if name not in BASICS], TLS_VERSIONS):
        run = run_of(name, version)

        assert (run.as_expected, run.expectation_words()) == (True, ""), (name, version)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_the_first_mistake_is_the_one_that_shows(tls: TlsVersion) -> None:
    """With both sides bad the client decides; with the server put right, the client's mistake comes out."""
    both = catalogue["both-sides-bad"]
    outcome = run_of("both-sides-bad", tls).trace.outcome
    repaired = simulate(both.but({"certificates.server.issuer": "server-ca"}), tls).trace.outcome

    assert (outcome.judged_by, outcome.decisive_check) == ("client", "trust-anchor")
    assert (repaired.judged_by, repaired.decisive_check) == ("server", "validity")


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_profile_has_effect(tls: TlsVersion) -> None:
    """The strict profile takes any purpose, obeys hints, refuses under the keys, and has its own alerts."""

    def changed(name: str, setting: str) -> Trace:
        return simulate(catalogue[name].but({setting: "rfc5280"}), tls).trace

    strict = changed("any-purpose", "server.profile")
    heeds = changed("ca-list-ignored", "client.profile")
    fussy = changed("server-untrusted", "client.profile")
    late = changed("certificate-not-yet-valid", "server.profile")
    refusal = next(event.fact for event in fussy.events if isinstance(event.fact, Alert))

    assert strict.outcome.level is SecurityLevel.CLIENT_AUTHENTICATED
    assert heeds.outcome.decisive_check == "certificate-presented"
    assert (refusal.protection is Protection.CLEAR) == (tls == "1.2")
    assert late.outcome.alert is not None
    assert late.outcome.alert.name == "certificate_expired"


def test_hello_retry_is_a_round_trip_more_in_tls_13_only() -> None:
    """TLS 1.3 has a HelloRetryRequest and a second ClientHello; TLS 1.2 has the messages it always has."""
    retried = [sent.name for sent in messages("hello-retry", "1.3")]

    assert retried[:4] == ["ClientHello", "HelloRetryRequest", "ClientHello", "ServerHello"]
    assert [one.name for one in messages("hello-retry", "1.2")] == [
        one.name for one in messages("valid-certificate", "1.2")
    ]
    assert retried[4:] == [one.name for one in messages("valid-certificate", "1.3")][2:]


def messages(name: str, tls: TlsVersion) -> list[Sent]:
    """The handshake messages that a run sends, in order."""
    facts = (event.fact for event in run_of(name, tls).trace.events)
    return [fact for fact in facts if isinstance(fact, Sent) and fact.protocol == "handshake"]


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("rsa-certificate", {"1.2": "rsa_pss_rsae_sha256", "1.3": "rsa_pss_rsae_sha256"}),
        ("ed25519-certificate", {"1.2": "ed25519", "1.3": "ed25519"}),
        ("p384-certificate", {"1.2": "ecdsa_secp256r1_sha256", "1.3": "ecdsa_secp384r1_sha384"}),
    ],
)
def test_the_lessons_on_keys_name_the_scheme_that_is_used(
    name: str, scheme: dict[str, str], tls: TlsVersion
) -> None:
    """The client's proof is in the scheme that the lesson speaks of; TLS 1.2 lets P-384 sign with SHA-256."""
    proof = next(
        event.fact.verdict.check("proof-of-possession")
        for event in reversed(run_of(name, tls).trace.events)
        if event.actor == "server" and isinstance(event.fact, Checked)
    )

    assert proof.value == scheme[tls]


def test_every_cell_of_the_matrix_is_a_scenario_and_a_setting() -> None:
    """Each credential can be played under each policy; the cell's setting leads to its scenario."""
    for credential, policy in product(CREDENTIALS, POLICIES):
        changes = settings(credential, policy)  # type: ignore[arg-type]
        scenario = credential_scenario(credential, policy)  # type: ignore[arg-type]

        assert scenario.server.client_authentication == policy, (credential, policy)
        assert scenario == catalogue[CREDENTIALS[credential]].but(changes), (credential, policy)
        assert bool(changes) == (policy != "required"), (credential, policy)
        assert (scenario.client.certificate is None) == (credential == "none"), (credential, policy)


def test_a_scenario_can_be_a_row_too() -> None:
    """A scenario of one connection is played under each policy; one with a schedule is refused with words."""
    assert {} == settings("revoked-by-crl", "required")
    assert "crl" == credential_scenario("revoked-by-crl", "optional").server.revocation
    with pytest.raises(ScenarioError, match="Unknown credential"):
        settings("hold-released", "required")


@pytest.mark.parametrize(("credential", "policy"), [("expird", "none"), ("expired", "requird")])
def test_an_unknown_cell_is_refused(credential: str, policy: str) -> None:
    """A credential or policy that does not exist is answered with the nearest that does."""
    with pytest.raises(ScenarioError, match="Did you mean"):
        settings(credential, policy)  # type: ignore[arg-type]
