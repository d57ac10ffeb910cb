"""The rows of the outcome matrix: a client's credentials, each with the catalogue scenario that has it.

Each credential is played under each client authentication policy. A cell is a scenario's name and the
``--set`` that leads to it, so that a reader can run that cell alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from simulator.errors import ScenarioError, unknown_name
from simulator.scenario import ClientAuthentication
from simulator.scenario.catalogue.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario import Scenario

POLICIES: tuple[ClientAuthentication, ...] = get_args(ClientAuthentication)

CREDENTIALS: Mapping[str, str] = {
    "none": "no-certificate-refused",
    "valid": "valid-certificate",
    "expired": "certificate-expired",
    "not-yet-valid": "certificate-not-yet-valid",
    "untrusted-ca": "untrusted-ca",
    "self-signed": "self-signed",
    "wrong-purpose": "wrong-purpose",
    "missing-intermediate": "missing-intermediate",
    "revoked": "revoked-not-checked",
    "stolen": "stolen-certificate",
}


def settings(credential: str, policy: ClientAuthentication) -> dict[str, str]:
    """The settings that play the credential's scenario under a policy; empty if it has that policy.

    Args:
        credential: a key of :data:`CREDENTIALS`.
        policy: one of :data:`POLICIES`.

    Raises:
        ScenarioError: the credential or the policy is unknown.
    """
    _known(credential, CREDENTIALS, "credential")
    _known(policy, POLICIES, "policy")
    scenario = catalogue[CREDENTIALS[credential]]
    if scenario.server.client_authentication == policy:
        return {}
    return {"server.client_authentication": policy}


def credential_scenario(credential: str, policy: ClientAuthentication) -> Scenario:
    """The scenario of one cell: the client comes with this credential, the server has this policy.

    Raises:
        ScenarioError: the credential or the policy is unknown.
    """
    changes = settings(credential, policy)
    return catalogue[CREDENTIALS[credential]].but(changes)


def _known(word: str, allowed: Mapping[str, str] | tuple[str, ...], what: str) -> None:
    if word not in allowed:
        raise unknown_name(ScenarioError, what, word, allowed)
