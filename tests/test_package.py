"""What is installed: the built wheel has everything that the program and its users look for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.peers import ROOT, package
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path


def test_type_checkers_find_the_types() -> None:
    """The mark of PEP 561 lies in the package, so that a user's type checker reads its annotations."""
    assert (ROOT / "simulator" / "py.typed").is_file()


def test_the_types_fit() -> None:
    """mypy, strict, finds nothing to complain of; here, and not before the tests, it has the other core."""
    ran = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(not EVERYTHING, reason="building takes seconds")
def test_the_wheel_has_every_file_of_the_package(tmp_path: Path) -> None:
    """Nothing that lies in the package is left out of the wheel: scenarios, schemas, pages, py.typed."""
    package("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in ZipFile(wheel).namelist() if name.startswith("simulator/")}
    lying = (path for path in (ROOT / "simulator").rglob("*") if path.is_file())
    assert {path.relative_to(ROOT).as_posix() for path in lying if "__pycache__" not in path.parts} == inside
