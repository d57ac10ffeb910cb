"""Somebody else's implementation, where the machine has one: how a test asks for it.

A test that needs an outside program or the shared vectors skips where it is absent and says so. With
``REQUIRE_PEERS=1``, as in continuous integration, the same absence is a failure.
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def absent(what: str) -> None:
    """Skip the running test because ``what`` is absent, or fail it where peers are required."""
    if os.environ.get("REQUIRE_PEERS") == "1":
        pytest.fail(f"{what} is absent and REQUIRE_PEERS=1 asks for it")
    pytest.skip(f"{what} is absent on this machine")


def program(name: str) -> str:
    """The path of an outside program."""
    path = shutil.which(name)
    if path is None:
        absent(f"the program {name}")
    return str(path)


def package(name: str) -> None:
    """A Python package that is no part of every installation."""
    try:
        importlib.import_module(name)
    except ImportError:
        absent(f"the Python package {name}")


def shared(relative: str) -> Path:
    """A file of the shared vectors and facts, read in place (``SHARED``, by default ``../shared``)."""
    path = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / relative
    if not path.exists():
        absent(f"the shared file {relative}")
    return path


def npm_package(name: str) -> Path:
    """The folder of a package from npm, as installed from ``tests/browser/npm-peers.txt``.

    It is looked for under ``NPM_PEERS``, by default ``tests/browser``, which git ignores node_modules in.
    """
    path = Path(os.environ.get("NPM_PEERS", ROOT / "tests" / "browser")) / "node_modules" / name
    if not path.is_dir():
        absent(f"the npm package {name} (npm install --no-save --prefix tests/browser, see .ci/run)")
    return path
