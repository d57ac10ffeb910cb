"""The order of the modules of ``trust``: what checks need lies below them, what makes them above."""

from __future__ import annotations

import ast

from tests.peers import ROOT

TRUST = ROOT / "simulator" / "trust"
# From the bottom up; ``checks`` is the whole folder.
ORDER = (
    "vocabulary",
    "verdict",
    "policy",
    "alerts",
    "profile",
    "standards",
    "stacks",
    "profiles",
    "path",
    "path_as_openssl",
    "checks",
    "ledger",
    "judge",
    "ocsp",
    "unjudged",
)


def test_no_module_imports_one_above_it() -> None:
    """Every module of the room imports only modules below it, and the folder of checks counts as one."""
    assert set(ORDER) == {path.stem for path in TRUST.iterdir() if not path.stem.startswith("__")}
    upwards = {
        (str(path.relative_to(TRUST)), node.module)
        for path in TRUST.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulator.trust.")
        if place(str(node.module).split(".")[2]) > place(path.relative_to(TRUST).parts[0])
    }
    assert set() == upwards


def place(name: str) -> int:
    """The place of a module or of the folder in the order."""
    return ORDER.index(name.removesuffix(".py"))
