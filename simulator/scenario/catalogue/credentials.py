"""The rows of the outcome matrix: a client's credentials, each with the catalogue scenario that has it.

Each credential is played under each client authentication policy; above TLS, where a good certificate is
required, each kind of user under each policy for users. A row may also be any scenario of one
connection, by its own name: ``revoked-by-crl`` beside ``revoked``, whose server looks nothing up. A cell is a
scenario's name and the ``--set`` that leads to it, so that a reader can run that cell alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from simulator.errors import ScenarioError, unknown_name
from simulator.scenario import ClientAuthentication
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import parse_assignment

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

#: The clients of the matrix above TLS: all come with a good certificate.
USERS: Mapping[str, str] = {
    "allowed-user": "authorized",
    "other-user": "identified-not-authorized",
    "unknown-user": "authenticated-not-identified",
}
MAP, INSIST, AUTHORISE = "required + map", "required + map + insist", "required + map + authorise"
POLICIES_ABOVE = (MAP, INSIST, AUTHORISE)


def scenario_of(credential: str) -> str:
    """The catalogue scenario of a row.

    Raises:
        ScenarioError: there is no such credential, and no scenario of one connection with that name.
    """
    single = {name: name for name, scenario in catalogue.items() if not scenario.schedule}
    rows = {**single, **CREDENTIALS, **USERS}
    _known(credential, rows, "credential")
    return rows[credential]


def settings(credential: str, policy: str) -> dict[str, str]:
    """The settings that play the credential's scenario under a policy; empty if it has that policy.

    Args:
        credential: a key of :data:`CREDENTIALS` or of :data:`USERS`, or the name of a scenario.
        policy: one of :data:`POLICIES`, or for :data:`USERS` of :data:`POLICIES_ABOVE`.

    Raises:
        ScenarioError: the credential or the policy is unknown, or the two do not belong together.
    """
    if credential in USERS:
        return _settings_above(credential, policy)
    scenario = catalogue[scenario_of(credential)]
    _known(policy, POLICIES, "policy")
    if scenario.server.client_authentication == policy:
        return {}
    return {"server.client_authentication": policy}


def _settings_above(credential: str, policy: str) -> dict[str, str]:
    """The settings that play a user's scenario under a policy above TLS."""
    _known(policy, POLICIES_ABOVE, "policy above TLS")
    may = catalogue[USERS[credential]].server.authorized_users
    if policy == AUTHORISE:
        return {} if may is not None else {"server.authorized_users": "BOB"}
    found = {} if may is None else {"server.authorized_users": "not-asked"}
    return found | ({"server.minimum_level": "CLIENT_IDENTIFIED"} if policy == INSIST else {})


def credential_scenario(credential: str, policy: str) -> Scenario:
    """The scenario of one cell: the client comes with this credential, the server has this policy.

    Raises:
        ScenarioError: the credential or the policy is unknown.
    """
    assignments = (f"{path}={value}" for path, value in settings(credential, policy).items())
    return catalogue[scenario_of(credential)].but(dict(map(parse_assignment, assignments)))


def _known(word: str, allowed: Mapping[str, str] | tuple[str, ...], what: str) -> None:
    if word not in allowed:
        raise unknown_name(ScenarioError, what, word, allowed)
