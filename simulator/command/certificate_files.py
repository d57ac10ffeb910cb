"""A scenario's certificates and keys as files, for use with real tools.

Here is the one door to the machine's own clock and randomness: these certificates have to be valid now, and
their keys secret. A simulation never comes here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.command.certificates_readme import MARK, files_of_readme, readme_of
from simulator.engine.names import names_held
from simulator.engine.world import World, WorldFile, issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import PasswordError, ScenarioError
from simulator.pki.bundles import write_pkcs12, write_pkcs12_trust_store
from simulator.pki.files.java_store import write_java_store
from simulator.pki.files.pem import pem_block
from simulator.pki.key_files import checked_password, write_private_key
from simulator.runs.file_names import check_file_names
from simulator.runs.files import has_mark, write_folder
from simulator.scenario.keeping import kept_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from simulator.engine.world import Holding
    from simulator.scenario import Scenario

#: The forms that are written on request, and what each is; PEM is always written.
FORMS = {
    "chain-and-key": "each side's chain and key in one PEM file, as HAProxy takes them",
    "pkcs12": "certificate, chain and key as PKCS#12, as browsers and Java take them",
    "older-pkcs12": "the same with 3DES and SHA-1, for older Java, macOS and Windows",
    "trust-pkcs12": "trust stores as PKCS#12, marked as Java demands",
    "trust-jks": "trust stores as JKS, for Java programs that take no other",
}
README = "README.md"
MOST_OF_A_README = 1 << 20  # characters; a README of a scenario with 500 certificates has 150,000
SUFFIXES = (".pem", ".csr", ".key", ".p12", ".jks")  # of the files that are written beside the README
NEED_PASSWORD = frozenset(FORMS) - {"chain-and-key"}


def issue_for_real_tools(scenario: Scenario, *, seeded: bool) -> World:
    """Issue a scenario's certificates, so that a real tool can use them.

    Args:
        scenario: the scenario.
        seeded: use the scenario's own seed and clock: the same bytes every time, and no secret in them, as
            the name of every CA says. Otherwise keys are fresh, and validity is around the present moment.

    Raises:
        ScenarioError: the certificates cannot be issued, or a key is in a security device.
    """
    for name in (*names_held(scenario.client), *names_held(scenario.server)):
        if kept_in(scenario, name) == "device":
            raise ScenarioError(
                f"The private key of {name} is in a security device, so no file can have it.",
                got='kept_in = "device"',
                expected="keys that are kept in files",
                advice=f"Add --set certificates.{name}.kept_in=file.",
            )
    if seeded:
        return issue_world(scenario, SeededEntropy(scenario.seed))
    return issue_world(replace(scenario, clock=_present_moment()), _fresh_entropy, marked=False)


def _present_moment() -> datetime:
    """The machine's time, UTC, in whole seconds: a certificate counts no shorter time."""
    return datetime.now(UTC).replace(microsecond=0)


def _fresh_entropy(label: str, length: int) -> bytes:  # noqa: ARG001 - an Entropy; fresh bytes need no label
    """Secret bytes, different at every call."""
    return os.urandom(length)


def write_certificates(
    world: World,
    directory: Path,
    *,
    forms: Collection[str] = (),
    password: str | None = None,
    seeded: bool = False,
) -> list[Path]:
    """Write everything a scenario's two sides hold, and a README with commands for real tools.

    A folder holds one run: files of an earlier one, which its README lists, are replaced or removed.

    Args:
        world: the issued certificates and keys.
        directory: the folder; it is made if it does not exist, its parent is not.
        forms: names of :data:`FORMS` to write beside PEM.
        password: the password of the forms that have one.
        seeded: the certificates are dated by the scenario's clock, not by the machine's.

    Returns:
        The files, in the order in which they were written.

    Raises:
        OutputError: a file or the folder cannot be written, the names of the files do not go together, or the
            folder has files that this command did not write. All is checked before the first file is written.
        PasswordError: the password is empty or missing.
    """
    files = [*world.files(), *_on_request(world, forms, password)]
    files.append(WorldFile(README, "this list", readme_of(world, files, seeded=seeded).encode()))
    check_file_names((file.name, file.content) for file in files)
    earlier = _written_before(directory / README)
    return write_folder(
        directory,
        [(file.name, file.data) for file in files],
        is_ours=lambda path: path.name in earlier,
        earlier=[directory / name for name in earlier],
        private={file.name for file in files if file.is_private},
    )


def _written_before(readme: Path) -> tuple[str, ...]:
    """The files that an earlier run wrote, from its README; none if it is another README or absent."""
    if not has_mark(readme, MARK):
        return ()
    with readme.open(encoding="utf-8", errors="replace") as lines:
        listed = files_of_readme(lines.read(MOST_OF_A_README))
    return (*(name for name in listed if name.endswith(SUFFIXES)), README)


def _on_request(world: World, forms: Collection[str], password: str | None) -> Iterator[WorldFile]:
    """The files of the forms that were asked for, in the order of :data:`FORMS`."""
    secret = ""
    if NEED_PASSWORD & set(forms):
        if password is None:
            raise PasswordError(
                "A file of this form needs a password.",
                got="none",
                expected="a password for PKCS#12 and JKS files",
                advice="Give the password.",
            )
        secret = checked_password(password)
    for form in FORMS:
        for side, holding in (("client", world.client), ("server", world.server)):
            if form in forms:
                yield from _file_of(form, world, side, holding, secret)


def _file_of(form: str, world: World, side: str, holding: Holding, password: str) -> Iterator[WorldFile]:
    """One side's file in one form, if the side holds what belongs in it."""
    if form == "chain-and-key":
        for own in holding.credentials[:1]:
            chain = b"".join(pem_block("CERTIFICATE", der) for der in own.chain)
            assert own.key_at_hand is not None  # issue_for_real_tools refuses keys in devices
            data = chain + write_private_key(own.key_at_hand)
            words = f"the {side}'s chain and key in one file"
            yield WorldFile(f"{side}-chain-and-key.pem", words, data, is_private=True)
    elif form in ("pkcs12", "older-pkcs12"):
        older = form == "older-pkcs12"
        for name in holding.names[:1]:
            data = write_pkcs12(world[name], password, name, older=older)
            words = f"{name} with its chain and key as PKCS#12{', 3DES and SHA-1' if older else ''}"
            yield WorldFile(f"{name}{'-older' if older else ''}.p12", words, data, is_private=True)
    elif trusted := [(world.name_of(one) or one.fingerprint[:16], one) for one in holding.store]:
        words = f"the certificates that the {side} trusts, for Java"
        if form == "trust-pkcs12":
            data = write_pkcs12_trust_store(trusted, password)
            yield WorldFile(f"{side}-trusts.p12", words, data)
        else:
            data = write_java_store(trusted, password, world.scenario.clock)
            yield WorldFile(f"{side}-trusts.jks", words, data)
