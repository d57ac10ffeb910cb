"""A scenario's certificates and keys as files, for use with real tools.

Here is the one door to the machine's own clock and randomness: these certificates have to be valid now, and
their keys secret. A simulation never comes here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.engine.world import World, issue_world
from simulator.entropy import SeededEntropy
from simulator.pki.bundles import write_pkcs12
from simulator.runs.files import make_folder, write_private_file, write_public_file

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import Scenario


def issue_for_real_tools(scenario: Scenario, *, seeded: bool) -> World:
    """Issue a scenario's certificates, so that a real tool can use them.

    Args:
        scenario: the scenario.
        seeded: use the scenario's own seed and clock: the same bytes every time, and no secret in them, as
            the name of every CA says. Otherwise keys are fresh, and validity is around the present moment.

    Raises:
        ScenarioError: the certificates cannot be issued.
    """
    if seeded:
        return issue_world(scenario, SeededEntropy(scenario.seed))
    return issue_world(replace(scenario, clock=_present_moment()), _fresh_entropy, marked=False)


def _present_moment() -> datetime:
    """The machine's time, UTC, in whole seconds: a certificate counts no shorter time."""
    return datetime.now(UTC).replace(microsecond=0)


def _fresh_entropy(label: str, length: int) -> bytes:  # noqa: ARG001 - an Entropy; fresh bytes need no label
    """Secret bytes, different at every call."""
    return os.urandom(length)


def write_certificates(world: World, directory: Path, *, password: str | None = None) -> list[Path]:
    """Write everything a scenario's two sides hold.

    Args:
        world: the issued certificates and keys.
        directory: the folder; it is made if it does not exist, its parent is not.
        password: also write each side's holdings as a PKCS#12 under this password.

    Returns:
        The files, in the order in which they were written.

    Raises:
        OutputError: a file or the folder cannot be written.
        PasswordError: the password is empty.
    """
    files = [(file.name, file.data, file.is_private) for file in world.files()]
    if password is not None:
        owned = [name for holding in (world.client, world.server) for name in holding.names[:1]]
        files += [(f"{name}.p12", write_pkcs12(world[name], password, name), True) for name in owned]
    make_folder(directory)
    written = []
    for name, data, is_private in files:
        path = directory / name
        (write_private_file if is_private else write_public_file)(path, data)
        written.append(path)
    return written
