"""Where two runs part, what follows, the matrix, and every way a scenario can go."""

from __future__ import annotations

from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest

from simulator.errors import ScenarioError
from simulator.runs.run import simulate
from simulator.runs.sweep import explore, matrix
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.catalogue.credentials import CREDENTIALS, POLICIES, POLICIES_ABOVE, USERS
from simulator.scenario.changes import parse_assignment
from simulator.security import SecurityLevel as L
from simulator.trace.compare import Matrix, consequences, first_bookkeeping, first_divergence
from simulator.trace.facts import Checked, Decided, Sent
from tests.played import RUNS, VERSIONS, for_each, run_of, some

if TYPE_CHECKING:
    from simulator.runs.sweep import Branch
    from simulator.scenario import TlsVersion


@for_each("name, tls", RUNS)
def test_a_run_does_not_part_from_itself(name: str, tls: TlsVersion) -> None:
    """Two runs of one scenario go the same way, also with another seed or another latency."""
    run = run_of(name, tls)
    assert first_divergence(run.trace, run.trace) is None
    assert first_divergence(run.trace, run.but(seed="another").trace) is None
    assert first_divergence(run.trace, run.but({"network.latency_ms": 150}).trace) is None


PARTINGS = [
    # another scenario → who parts first from the good handshake, with what kind of event
    ("certificate-expired", "server", Checked),
    ("untrusted-ca", "server", Checked),
    ("stolen-certificate", "server", Checked),
    ("server-expired", "client", Checked),
    ("server-not-checked", "client", Checked),  # trusted, not judged
    ("unverified-certificate", "server", Checked),
    ("no-certificate-refused", "client", Decided),
    ("server-does-not-ask", "server", Decided),
]
BOOKKEEPING = [
    # runs that no side can tell apart, and the first bytes or lines in which they differ
    ("chain-with-intermediate", "client", "Certificate"),
    ("rsa-certificate", "client", "Certificate"),
    ("self-signed-trusted", "client", "Certificate"),
    ("ca-list-ignored", "server", "CertificateRequest"),
]


def test_runs_part_where_the_difference_tells() -> None:
    """The first difference is the judgement or the decision in which the changed thing shows."""
    for (name, actor, kind), tls in product(PARTINGS, VERSIONS):
        good, other = run_of("valid-certificate", tls).trace, run_of(name, tls).trace
        parting = first_divergence(good, other)
        assert parting is not None, (name, actor, kind, tls)
        assert parting.seq_a is not None, (name, actor, kind, tls)
        assert parting.seq_b is not None, (name, actor, kind, tls)
        assert parting.actor == actor, (name, actor, kind, tls)
        assert type(other.events[parting.seq_b].fact) is kind, (name, actor, kind, tls)
        assert parting.follows_a[0] == parting.seq_a, (name, actor, kind, tls)
        assert parting.follows_b[0] == parting.seq_b, (name, actor, kind, tls)
        assert parting.settings != (), (name, actor, kind, tls)


@pytest.mark.parametrize("tls", VERSIONS)
def test_parting_is_mutual(tls: TlsVersion) -> None:
    """Seen from the other run the parting is the same one, turned round."""
    one, other = run_of("valid-certificate", tls).trace, run_of("certificate-expired", tls).trace
    there, back = first_divergence(one, other), first_divergence(other, one)
    assert there is not None
    assert back is not None
    assert (there.seq_a, there.seq_b, there.follows_a) == (back.seq_b, back.seq_a, back.follows_b)
    assert there.settings == tuple((where, b, a) for where, a, b in back.settings)


def test_bookkeeping_is_no_divergence() -> None:
    """Other bytes or other lines of a ledger part no runs for a reader, and are found apart."""
    for (name, actor, message), tls in product(BOOKKEEPING, VERSIONS):
        good, other = run_of("valid-certificate", tls).trace, run_of(name, tls).trace
        assert first_divergence(good, other) is None, (name, actor, message, tls)
        pair = first_bookkeeping(good, other)
        assert pair is not None, (name, actor, message, tls)
        for event in pair:
            assert event is not None, (name, actor, message, tls)
            assert isinstance(event.fact, Sent), (name, actor, message, tls)
            assert (actor, message) == (event.actor, event.fact.name), (name, actor, message, tls)
            assert event.fact.raw != b"", (name, actor, message, tls)


def test_the_versions_part_in_a_message_that_reads_differently() -> None:
    """TLS 1.2 and 1.3 part where the server says something else, not at another byte."""
    older, newer = run_of("valid-certificate", "1.2").trace, run_of("valid-certificate", "1.3").trace
    parting, exact = first_divergence(older, newer), first_bookkeeping(older, newer)
    assert parting is not None
    assert parting.seq_a is not None
    assert parting.seq_b is not None
    facts = older.events[parting.seq_a].fact, newer.events[parting.seq_b].fact
    assert ["Certificate", "EncryptedExtensions"] == [fact.name for fact in facts if isinstance(fact, Sent)]
    assert exact is not None
    assert ["ClientHello"] * 2 == [e.fact.name for e in exact if e and isinstance(e.fact, Sent)]


def test_what_follows_from_a_refusal() -> None:
    """The server's verdict on an expired certificate leads to the alert and the client's last belief."""
    trace = run_of("certificate-expired", "1.3").trace
    parting = first_divergence(run_of("valid-certificate", "1.3").trace, trace)
    assert parting is not None
    facts = [trace.events[seq].fact for seq in parting.follows_b]
    names = [type(fact).__name__ for fact in facts]
    assert names[:4] == ["Checked", "Decided", "Alert", "StandingChanged"]
    assert trace.events[-2].seq in parting.follows_b
    assert not any(isinstance(fact, Sent) for fact in facts)


def test_consequences_follow_causes_and_actors() -> None:
    """All that follows comes later; everything follows from the ClientHello, nothing from nothing."""
    trace = run_of("valid-certificate", "1.3").trace
    hello = next(event for event in trace.of(Sent) if event.fact.name == "ClientHello")
    assert consequences(trace.events, hello) == tuple(range(hello.seq, len(trace.events)))
    assert consequences(trace.events, None) == ()


def test_the_settings_that_differ_are_named() -> None:
    """A changed policy, a changed certificate and another seed are each told."""
    run = simulate(Scenario())
    changed = run.but({"server.client_authentication": "none", "server.tickets": 0})
    parting = first_divergence(run.trace, changed.trace)
    assert parting is not None
    assert parting.settings == (("server: client authentication", "required", "none"),)


# The matrix ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_matrix() -> Matrix:
    """Every credential under every policy in both versions."""
    return matrix()


def test_the_matrix_is_full(whole_matrix: Matrix) -> None:
    """Ten credentials under four policies, three users under three, in both versions: each cell once."""
    within, above = whole_matrix.blocks
    assert (within.credentials, within.policies) == (tuple(CREDENTIALS), POLICIES)
    assert (above.credentials, above.policies) == (tuple(USERS), POLICIES_ABOVE)
    assert (within.is_above_tls, above.is_above_tls) == (False, True)
    assert within.cells + above.cells == whole_matrix.cells
    assert whole_matrix.versions == VERSIONS
    keys = [(cell.credential, cell.policy, cell.tls) for cell in whole_matrix.cells]
    assert len(keys) == len(set(keys)) == 100 + 18
    assert list(whole_matrix.to_dict()["cells"][0])[:7] == [
        "credential",
        "policy",
        "tls",
        "scenario",
        "set",
        "level",
        "alert",
    ]


def test_what_the_policies_mean(whole_matrix: Matrix) -> None:
    """None and unverified never authenticate; optional forgives absence, and nothing else.

    Deferred refuses what required does, without an alert and after both handshake calls have returned.
    """
    for credential, tls in product(CREDENTIALS, VERSIONS):
        none, unverified, optional, required, deferred = (
            whole_matrix.cell(credential, policy, tls) for policy in POLICIES
        )
        assert (deferred.level, deferred.decisive_check) == (required.level, required.decisive_check), (
            credential,
            tls,
        )
        if required.level is L.REFUSED and credential != "stolen":
            above = (None, "application", "ok")
            assert (deferred.alert, deferred.refused_at, deferred.client_handshake) == above, (
                credential,
                tls,
            )
        else:
            assert (deferred.alert, deferred.refused_at) == (required.alert, required.refused_at), (
                credential,
                tls,
            )
        assert none.level is L.SERVER_AUTHENTICATED, (credential, tls)
        if credential == "stolen":
            assert (unverified.level, unverified.alert) == (L.REFUSED, "decrypt_error"), (credential, tls)
        else:
            assert unverified.level is L.SERVER_AUTHENTICATED, (credential, tls)
        if credential == "none":
            assert (optional.level, required.level) == (L.SERVER_AUTHENTICATED, L.REFUSED), (credential, tls)
        else:
            assert (optional.level, optional.alert) == (required.level, required.alert), (credential, tls)


@for_each("credential", CREDENTIALS)
def test_the_version_changes_the_alert_of_absence_only(whole_matrix: Matrix, credential: str) -> None:
    """Levels and alerts are the same in both versions, but for a missing certificate under required."""
    for policy in POLICIES:
        older, newer = (whole_matrix.cell(credential, policy, tls) for tls in VERSIONS)
        assert older.level is newer.level
        if (credential, policy) == ("none", "required"):
            assert (older.alert, newer.alert) == ("handshake_failure", "certificate_required")
        else:
            assert older.alert == newer.alert


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_two_upper_levels(whole_matrix: Matrix, tls: str) -> None:
    """A user is identified, and authorised where rights are asked for; refusals are above TLS."""
    within = {
        (user, policy): whole_matrix.cell(user, policy, tls) for user in USERS for policy in POLICIES_ABOVE
    }
    table = [[within[user, policy].level for policy in POLICIES_ABOVE] for user in USERS]
    assert table == [
        [L.CLIENT_IDENTIFIED, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHORIZED],
        [L.CLIENT_IDENTIFIED, L.CLIENT_IDENTIFIED, L.REFUSED],
        [L.CLIENT_AUTHENTICATED, L.REFUSED, L.REFUSED],
    ]
    layers = [cell.refused_at for cell in within.values() if cell.level is L.REFUSED]
    assert layers == ["application", "identity", "identity"]
    assert {(cell.alert, cell.client_handshake) for cell in within.values()} == {(None, "ok")}


def test_rows_and_columns_that_do_not_meet_are_refused() -> None:
    """A user has no cell under a policy of TLS alone, nor a bad certificate one above TLS."""
    for rows, columns in ((["unknown-user"], ["required"]), (["expired"], ["required + map"])):
        with pytest.raises(ScenarioError, match="policy"):
            matrix(rows, columns)


def test_revoked_with_and_without_a_list() -> None:
    """Accepted where the server looks nothing up, refused with 44 where it holds a list."""
    both = matrix(["revoked", "revoked-by-crl"], POLICIES, progress=False)
    for tls in VERSIONS:
        for policy, refused in (
            ("none", False),
            ("unverified", False),
            ("optional", True),
            ("required", True),
        ):
            assert both.cell("revoked", policy, tls).alert is None
            expected = "certificate_revoked" if refused else None
            assert expected == both.cell("revoked-by-crl", policy, tls).alert


def test_each_cell_can_be_played_alone(whole_matrix: Matrix) -> None:
    """A cell names the scenario and what to set in it, and playing just that gives its level."""
    for cell in some(whole_matrix.cells, 5):
        changes = dict(map(parse_assignment, cell.set))
        run = simulate(
            catalogue[cell.scenario].but(changes) if changes else catalogue[cell.scenario], cell.tls
        )  # type: ignore[arg-type]
        assert run.outcome.level is cell.level


def test_an_unknown_cell_is_a_key_error(whole_matrix: Matrix) -> None:
    """Asking for a cell that is not there is a KeyError."""
    with pytest.raises(KeyError):
        whole_matrix.cell("borrowed", "required", "1.3")


# Every way -------------------------------------------------------------------------------------------


@cache
def ways_of(name: str, tls: TlsVersion) -> tuple[Branch, ...]:
    """Every way of a scenario, played once in this process."""
    return explore(catalogue[name], tls)


def test_every_way_is_taken_once_and_none_is_forgotten() -> None:
    """Wherever a decision had another option, another branch took it; no two branches are the same."""
    for name, tls in RUNS:
        branches = ways_of(name, tls)
        ways = [tuple(choice for _, _, choice in branch.choices) for branch in branches]
        assert len(set(ways)) == len(ways), (name, tls)
        assert branches[0].overruled == (), (name, tls)
        for way in ways:
            for number, choice in enumerate(way):
                alternatives = {w[number] for w in ways if w[:number] == way[:number] and len(w) > number}
                assert choice in alternatives, (name, tls)
                assert len(alternatives) == 2 or way[number] == "skip", (name, tls)


def test_no_choice_leads_to_a_proof_that_was_not_given() -> None:
    """Whatever is decided from outside, a client counts as authenticated only where every check passed."""
    for name, tls in RUNS:
        for branch in ways_of(name, tls):
            level = branch.run.outcome.level
            assert branch.run.trace.events[-1].at >= 0, (name, tls)
            if level in (L.CLIENT_AUTHENTICATED, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHORIZED):
                verdicts = [event.fact.verdict for event in branch.run.trace.of(Checked)]
                assert {verdict.role for verdict in verdicts} == {"client", "server"}, (name, tls)
                assert all(verdict.accepted for verdict in verdicts), (name, tls)
            if ("client", "accept-server", "refuse") in branch.choices:
                assert level is L.REFUSED, (name, tls)
            assert all(one.seq < other.seq for one, other in pairwise(branch.run.trace.events)), (name, tls)
