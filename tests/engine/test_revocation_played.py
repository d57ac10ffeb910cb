"""Revocation lists in a run: the CA publishes, the trace keeps the bytes, runs do not touch each other."""

from __future__ import annotations

from simulator import catalogue, simulate
from simulator.engine.simulation import Simulation
from simulator.pki.crl.revocation_list import RevocationList
from simulator.trace.connections import connections_of
from simulator.trace.facts import Checked, Decided, Noted
from simulator.trace.trace import trace_from_json
from simulator.views.life.picture import life_text

FETCHED = "revoked-after-crl-was-fetched"


def test_the_ca_publishes_and_the_story_tells_it() -> None:
    """The CA decides with the reason of a revocation, and with number and contents of a list."""
    trace = simulate("revoked-by-crl").trace
    decided = {fact.decision: (event.actor, fact.reason) for event, fact in trace.facts(Decided)}
    assert ("client-ca", "The certificate of CN=alice is no longer to be trusted: keyCompromise.") == decided[
        "revoke"
    ]
    actor, reason = decided["publish"]
    assert "client-ca" == actor
    assert "CRL number 1 lists CN=alice; the next one is due by 2030-03-10 09:00 UTC." == reason


def test_a_forged_list_is_published_by_no_ca() -> None:
    """The list in a CA's name is in the world, and no CA says that it made it."""
    trace = simulate("crl-forged").trace
    assert "publish" not in {fact.decision for _, fact in trace.facts(Decided)}
    assert ["forged"] == [crl.name for crl in trace.setup.crls]


def test_the_setup_has_the_bytes_and_the_words() -> None:
    """What the trace says of a list is what its bytes say; without lists the key is absent."""
    (held,) = simulate("revoked-by-crl").trace.setup.crls
    crl = RevocationList.parse(held.der)
    assert (crl.issuer_name.text, crl.number) == (held.issuer, held.number)
    assert ("2030-03-03T09:00:00Z", "2030-03-10T09:00:00Z") == (held.this_update, held.next_update)
    assert (("alice",), ("server",)) == (held.revoked, held.held_by)
    alice = simulate("revoked-by-crl").trace.setup.certificates
    (serial,) = [one.facts.serial_number for one in alice if one.name == "alice" and one.facts]
    assert [int(serial, 16)] == [entry.serial_number for entry in crl.entries]
    assert '"crls"' not in simulate("valid-certificate").trace.to_json()


def test_a_trace_with_lists_is_read_back() -> None:
    """The text of a trace with lists gives the same trace again."""
    for name in ("revoked-by-crl", FETCHED):
        trace = simulate(name).trace
        assert trace == trace_from_json(trace.to_json())


def test_a_list_keeps_its_bytes_from_one_connection_to_the_next() -> None:
    """The list of the first connection is the same list in the last, whoever was revoked since."""
    connections = connections_of(simulate(FETCHED).trace)
    lists = [{crl.name: crl.der for crl in one.setup.crls} for one in connections]
    assert lists[0]["client-ca-crl-1"] == lists[1]["client-ca-crl-1"] == lists[2]["client-ca-crl-1"]
    assert lists[1]["client-ca-crl-2"] == lists[2]["client-ca-crl-2"]
    holders = [{crl.name: crl.held_by for crl in one.setup.crls} for one in connections]
    assert [("server",), ("server",), ()] == [held["client-ca-crl-1"] for held in holders]


def test_fetching_is_told_where_it_happens() -> None:
    """The server says which lists it holds from then on, before the connection that it matters for."""
    notes = [
        [fact.text for _, fact in one.facts(Noted) if "revocation lists" in fact.text]
        for one in connections_of(simulate(FETCHED).trace)
    ]
    said = "From now on the server holds these revocation lists: client-ca-crl-{}."
    assert [[said.format(1)], [], [said.format(2)]] == notes


def test_runs_of_one_scenario_do_not_touch_each_other() -> None:
    """Runs of one preparation, in both versions and in steps, give the traces that they give alone."""
    scenario = catalogue["hold-released"]
    alone = simulate(scenario).trace
    stepped, other = Simulation(scenario, "1.3"), Simulation(scenario, "1.2")
    while not stepped.finished or not other.finished:
        for simulation in (stepped, other):
            if not simulation.finished:
                simulation.step()
    assert alone == stepped.trace
    assert simulate(scenario, "1.2").trace == other.trace


def test_the_life_says_what_a_ca_did() -> None:
    """Between two connections a list is published and a hold ends, each in words of its own."""
    assert "Client CA: CRL number 2 lists alice." in life_text(simulate(FETCHED).trace, 100)
    text = life_text(simulate("hold-released").trace, 100)
    assert "Client CA: the certificate of alice was on hold, and is good again." in text
    assert "Client CA: CRL number 2 lists no certificate." in text


def test_the_ledger_is_complete_after_the_proof() -> None:
    """The line of revocation stays as it was when the proof of possession completes the ledger."""
    first, last = (
        fact.verdict for event, fact in simulate("crl-good").trace.facts(Checked) if event.actor == "server"
    )
    lines = [[one for one in verdict.checks if one.name == "revocation"] for verdict in (first, last)]
    assert lines[0] == lines[1]
    assert "good; none listed; CRL number 1 of Client CA" == lines[0][0].value
