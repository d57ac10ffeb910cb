"""The plan of the house, held against the house: read from the syntax tree, nothing is imported."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.peers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "simulator"

OPEN_TO_EVERYONE = {"errors", "entropy", "release"}

# room → the rooms it may import from, as docs/architecture.md draws them.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "entropy": set(),
    "release": set(),
    "kernel": set(),
    "machine": set(),
    "security": set(),
    "pki": set(),
    "tls": set(),
    "trust": {"pki"},
    "scenario": {"pki", "security"},
    "catalogue": {"scenario"},
    "world": {"scenario", "pki"},
    "actors": {"tls", "trust", "pki", "security", "scenario"},
    "trace": {"tls", "trust", "security", "trace_json"},
    "trace_json": {"trace"},
    "trace_schema": {"trace", "trace_json"},
    "steps": {"trace"},
    "outcome": {"trace", "tls", "trust", "security"},
    "casting": {"actors", "scenario", "tls", "trace", "trust", "world"},
    "recorder": {"actors", "steps", "tls", "trace"},
    "prologue": {"actors", "casting", "kernel", "recorder", "scenario", "world"},
    "simulation": {
        "actors",
        "casting",
        "kernel",
        "outcome",
        "prologue",
        "recorder",
        "scenario",
        "trace",
    },
    "compare": {"trace", "security"},
    "views": {"trace", "trace_json", "outcome", "compare", "security", "pki", "tls", "trust", "lessons"},
    "run": {"simulation", "scenario", "catalogue", "trace", "trace_json", "security", "tls", "views"},
    "sweep": {"run", "simulation", "compare", "scenario", "catalogue"},
    "oracle": {"simulation", "casting", "actors", "pki", "tls", "trace", "scenario", "world"},
    "lessons": {
        "catalogue",
        "compare",
        "pki",
        "run",
        "scenario",
        "security",
        "simulation",
        "sweep",
        "tls",
        "trace",
        "trust",
        "views",
    },
    "gallery": {"run", "sweep", "views", "catalogue", "scenario"},
    "certificate_files": {"world", "scenario", "pki", "machine"},
    "console": {"scenario"},
    "keys": set(),
    "pager": {"console", "keys", "trace", "views"},
    "demo": {"catalogue", "console", "gallery", "pager", "pki", "run", "scenario", "sweep", "views"},
    "cli_lessons": {"console", "lessons"},
    "cli": {
        "catalogue",
        "certificate_files",
        "cli_lessons",
        "console",
        "demo",
        "oracle",
        "pager",
        "run",
        "scenario",
        "sweep",
        "views",
    },
    "__main__": {"cli"},
}

# Outside the machines, ``tls`` is read for what its messages say, never for how a handshake runs.
RULES_OF_TLS = {
    "trace": {"events"},
    "outcome": {"alerts"},
    "recorder": {"alerts", "events"},
    "views": {
        "alerts",
        "annotate",
        "codec",
        "events",
        "extension_forms",
        "extensions",
        "messages",
        "registry",
        "signatures",
        "states",
        "transcript",
    },
}

ONLY_IN = {
    "ssl": {"oracle"},
    "ctypes": {"oracle"},
    "socket": set(),
    "random": set(),
    "secrets": set(),
    "time": set(),
    "subprocess": set(),
    "matplotlib": {"views"},
    "networkx": {"views"},
    "pydantic": {"scenario"},
    "click": {"cli", "cli_lessons", "console", "demo"},
    "rich": {"demo"},
}

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 60


@cache
def modules() -> dict[Path, ast.Module]:
    """The syntax tree of every module of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(path: Path) -> str:
    """The room a module belongs to; the package's own ``__init__`` is ``public``."""
    first = path.relative_to(PACKAGE).with_suffix("").parts[0]
    return "public" if first == "__init__" else first


def imported(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """The dotted names a module imports, wherever in it, as tuples."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out from the top"
            base = tuple((node.module or "").split("."))
            yield from ((*base, alias.name) for alias in node.names)


def own_imports(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """What a module imports of the package, without the package's name."""
    return (name[1:] for name in imported(tree) if name[0] == "simulator" and len(name) > 1)


def test_every_room_is_on_the_page() -> None:
    """The page has a row for every room, and for no other."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("## The rooms") : page.index("## Decisions")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(MAY_IMPORT) == {name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_rooms_import_only_what_the_plan_allows() -> None:
    """No room imports from a room that the plan does not open to it."""
    found = {
        (str(path.relative_to(ROOT)), name[0])
        for path, tree in modules().items()
        for name in own_imports(tree)
        if (room := room_of(path)) != "public"
        if name[0] not in MAY_IMPORT[room] | OPEN_TO_EVERYONE | {room}
    }
    assert set() == found


def test_the_plan_names_no_import_that_is_not_used() -> None:
    """The plan allows nothing that nobody does any more."""
    used = {(room_of(path), name[0]) for path, tree in modules().items() for name in own_imports(tree)}
    allowed = {(room, other) for room, others in MAY_IMPORT.items() for other in others}
    assert set() == allowed - used


def test_messages_are_read_without_the_machines() -> None:
    """Trace, recorder and views read values of ``tls`` and never its machines."""
    found = {
        (str(path.relative_to(ROOT)), ".".join(name))
        for path, tree in modules().items()
        if (room := room_of(path)) in RULES_OF_TLS
        for name in own_imports(tree)
        if name[0] == "tls" and name[1] not in RULES_OF_TLS[room]
    }
    assert set() == found


def test_the_glossary_stands_below_the_views() -> None:
    """Of the lessons, views read the glossary alone, and the glossary reads nothing of ours."""
    glossary = PACKAGE / "lessons" / "glossary.py"
    assert {("errors", "SimulatorError")} == set(own_imports(modules()[glossary]))
    read = {
        name[:2]
        for path, tree in modules().items()
        if room_of(path) == "views"
        for name in own_imports(tree)
        if name[0] == "lessons"
    }
    assert {("lessons", "glossary")} == read


def test_outside_libraries_stay_where_they_belong() -> None:
    """Sockets, randomness, OpenSSL and heavy libraries are imported only in the rooms meant for them."""
    found = {
        (str(path.relative_to(ROOT)), name[0])
        for path, tree in modules().items()
        for name in imported(tree)
        if name[0] in ONLY_IN and room_of(path) not in ONLY_IN[name[0]]
    }
    assert set() == found


def test_nobody_asks_the_machine_for_time_or_randomness() -> None:
    """Only ``machine`` reads the machine's clock and its randomness."""
    asked = {
        (str(path.relative_to(ROOT)), node.attr)
        for path, tree in modules().items()
        if room_of(path) != "machine"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (
            node.attr in {"urandom", "getrandom", "utcnow", "today"}
            or (
                node.attr == "now"
                and isinstance(node.value, ast.Name)
                and node.value.id in {"datetime", "date"}
            )
        )
    }
    assert set() == asked


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    """Matplotlib and networkx are never imported at the top of a module."""
    found = [
        str(path.relative_to(ROOT))
        for path, tree in modules().items()
        if room_of(path) != "views" or path.name != "figure.py"
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name[0] in {"matplotlib", "networkx"} for name in imported(ast.Module([node], [])))
    ]
    assert [] == found


def test_modules_are_one_thought() -> None:
    """No module is longer than 400 lines, none begins with an underscore, and each says what it is."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_OF_A_MODULE
    }
    assert {} == long
    assert [
        path.name for path in modules() if path.name.startswith("_") and not path.name.startswith("__")
    ] == []
    assert [] == [str(path) for path, tree in modules().items() if not ast.get_docstring(tree)]


def test_functions_fit_on_a_screen() -> None:
    """No function is longer than 60 lines."""
    long = [
        (str(path.relative_to(ROOT)), node.name)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert [] == long


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_every_room_of_the_plan_exists(room: str) -> None:
    """The plan speaks of no room that is not there."""
    assert (PACKAGE / f"{room}.py").exists() or (PACKAGE / room).is_dir()
