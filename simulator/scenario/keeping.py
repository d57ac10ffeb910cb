"""The places where private keys are kept, and what a client must open before it can use its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import broken_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Problem
    from simulator.scenario.setup import KeptIn
    from simulator.scenario.whole import ScenarioSetup


def kept_in(scenario: ScenarioSetup, name: str) -> KeptIn:
    """The place where the key of a certificate is kept: with a shared key, where its owner keeps it."""
    setup = scenario.certificates[name]
    return scenario.certificates.get(setup.key_of or name, setup).kept_in


def file_to_open(scenario: ScenarioSetup) -> str:
    """The file that the client opens with its password: ``PKCS#12 file``, ``key file``, or empty for none."""
    name, client = scenario.client.certificate, scenario.client
    if name is None or not client.holds_key:
        return ""
    if scenario.certificates[name].delivery == "pkcs12":
        return "PKCS#12 file"
    return "key file" if kept_in(scenario, name) == "protected-file" else ""


def fetched_file(scenario: ScenarioSetup) -> str:
    """The file with certificate and key that a client may fetch: the one that it opens, or a plain one."""
    name = scenario.client.certificate
    if name is None or name not in scenario.certificates or kept_in(scenario, name) == "device":
        return ""
    return file_to_open(scenario) or "file with certificate and key"


def unopened_file(scenario: ScenarioSetup) -> str:
    """The file that the client cannot open, since its password is wrong; empty for none."""
    return file_to_open(scenario) if scenario.client.password == "wrong" else ""


def keeping_problems(name: str, scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in how a certificate's key is kept."""
    setup, kept = scenario.certificates[name], kept_in(scenario, name)
    in_device = kept == "device"
    made_by_ca = "is not for a key that the CA made: a device makes its own; leave delivery at 'csr'"
    self_signed = "is not for a self-signed certificate: a device signs no certificates"
    return broken_rules(
        ("certificates", name),
        ("kept_in", setup.role == "ca" and kept != "file", "is for a client's or a server's key", kept),
        ("kept_in", in_device and setup.delivery == "pkcs12", made_by_ca, kept),
        ("kept_in", in_device and setup.issuer == name, self_signed, kept),
    )


def secret_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the client's password and PIN: there is nothing that they could open."""
    client, name = scenario.client, scenario.client.certificate
    held = [one for one in (name, *client.also_holds) if one is not None]
    known = bool(held) and all(one in scenario.certificates for one in held)
    in_device = known and any(kept_in(scenario, one) == "device" for one in held)
    no_file = "needs a certificate with delivery 'pkcs12' or kept_in 'protected-file'"
    no_device = "needs a certificate with kept_in 'device'"
    return broken_rules(
        ("client",),
        ("password", client.password == "wrong" and known and not file_to_open(scenario), no_file, "wrong"),
        ("pin", client.pin == "wrong" and known and not in_device, no_device, "wrong"),
    )
