"""The benchmarks measure what they say."""

from __future__ import annotations

from benchmarks import contestants
from simulator.pki import certificate
from simulator.tls.crypto import peer_key
from simulator.trust import judge


def test_with_fresh_certificates_nothing_of_them_is_remembered() -> None:
    """Before each handshake with *fresh* certificates: none is read, no chain verified, no verdict known."""
    memories = (certificate._parse, certificate._signature_problem, peer_key.peer_public_key, judge._judge)
    contestants.with_trace(contestants.chain_scenario("P-256"), "1.3")()
    assert all(one.cache_info().currsize for one in memories)
    contestants.forget_peers()
    assert not any(one.cache_info().currsize for one in memories)
