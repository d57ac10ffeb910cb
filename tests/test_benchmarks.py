"""The benchmarks measure what they say."""

from __future__ import annotations

from benchmarks import cold_start, contestants, many_runs, pens, pictures
from simulator.pki import certificate
from simulator.runs.run import simulate
from simulator.tls.crypto import peer_key
from simulator.trust import judge


def test_with_fresh_certificates_nothing_of_them_is_remembered() -> None:
    """Before each handshake with *fresh* certificates: none is read, no chain verified, no verdict known."""
    memories = (certificate._parse, certificate._signature_problem, peer_key.peer_public_key, judge._judge)
    contestants.with_trace(contestants.chain_scenario("P-256"), "1.3")()
    assert all(one.cache_info().currsize for one in memories)
    contestants.forget_peers()
    assert not any(one.cache_info().currsize for one in memories)


def test_a_cold_start_is_the_command_s() -> None:
    """The probe of a cold start runs the command and tells what was imported for it."""
    count, packages = cold_start.imported(cold_start.PROBE, "--help")
    bare, _ = cold_start.imported(cold_start.BARE_PROBE)
    assert count > bare
    assert "click" in packages
    assert "cryptography" not in packages


def test_as_many_runs_are_played_as_are_counted() -> None:
    """The study of many runs plays each of them."""
    many_runs.play(3)


def test_every_pen_draws_the_run() -> None:
    """The text for mscgen and the bare arrows have each message; a long run is played on until it is long."""
    trace = simulate(pictures.SCENARIO).trace
    sent = pens.messages(trace)
    assert pens.msc(trace).count("label=") > sent
    assert pens.arrows_alone(trace).count("->>") == sent
    assert pens.messages(pens.prolonged(trace, 3 * sent)) >= 3 * sent
    for form in pictures.FORMS:
        assert pictures.draw(trace, form)
