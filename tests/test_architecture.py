"""The plan of the house, held against the house: read from the syntax tree, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from tests.peers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PACKAGE = ROOT / "simulator"

# What every room may import: mistakes in words, random bytes by label, the level, the release, visible text.
OPEN_TO_EVERYONE = {"errors", "entropy", "security", "release", "visible"}

# Room → the rooms it may import from. The longest name that fits a module is its room, so a folder inside a
# room stands in the table where it has rules of its own. The same table is drawn in docs/architecture.md.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "entropy": set(),
    "security": set(),
    "release": set(),
    "visible": set(),
    "pki": set(),
    "telnet": set(),
    "tls/wire": set(),
    "tls/crypto": {"pki", "tls/wire"},
    "tls": {"tls/wire", "tls/crypto"},
    "trust": {"pki", "tls/wire"},
    "error_texts": {"tls/wire", "trust"},
    "scenario": {"pki", "trust", "tls/wire"},
    "trace": {"tls/wire", "trust"},
    "actors": {"pki", "telnet", "tls", "tls/wire", "tls/crypto", "trust", "scenario", "trace"},
    "engine": {"pki", "tls", "tls/wire", "trust", "scenario", "trace", "actors"},
    "views/drawing": {"trust", "trace"},
    "views/story": {"telnet", "tls", "tls/wire", "trust", "trace", "views/drawing"},
    "views/pictures": {"tls", "tls/wire", "trust", "trace", "views/drawing", "views/story"},
    "views/texts": {"error_texts", "tls/wire", "trust", "trace", "views/drawing", "views/story"},
    "views/capture": {"tls/wire", "trace", "views/story"},
    "views/explained": {"tls/wire", "trace", "views/drawing", "views/pictures", "views/story"},
    "views/player": {
        "tls",
        "tls/wire",
        "trust",
        "trace",
        "views/drawing",
        "views/pictures",
        "views/story",
    },
    "views/life": {"trace", "views/drawing", "views/pictures", "views/story"},
    "views/screen": {"telnet", "trace", "views/drawing", "views/pictures", "views/story"},
    "views/between": {"trace", "trust", "views/drawing", "views/pictures", "views/story"},
    "views/stacks": {"tls/wire", "views/drawing", "views/pictures", "views/story"},
    "views": {
        "trace",
        "views/capture",
        "views/drawing",
        "views/explained",
        "views/pictures",
        "views/player",
        "views/stacks",
        "views/story",
        "views/texts",
    },
    "runs": {
        "engine",
        "error_texts",
        "scenario",
        "trace",
        "trust",
        "tls/wire",
        "views",
        "views/drawing",
        "views/pictures",
        "views/player",
        "views/stacks",
    },
    "oracle": {"actors", "engine", "pki", "runs", "scenario", "tls", "tls/wire", "trace"},
    "lessons": {
        "engine",
        "error_texts",
        "runs",
        "scenario",
        "tls/crypto",
        "tls/wire",
        "trace",
        "trust",
        "views",
        "views/drawing",
        "views/pictures",
        "views/player",
        "views/stacks",
        "views/story",
    },
    "lab": {"engine", "error_texts", "pki", "scenario", "tls/wire", "trace", "trust"},
    "command": {
        "engine",
        "error_texts",
        "lab",
        "lessons",
        "oracle",
        "pki",
        "runs",
        "scenario",
        "tls/wire",
        "trace",
        "trust",
        "views",
        "views/drawing",
        "views/pictures",
        "views/stacks",
        "views/story",
        "views/texts",
    },
    "__main__": {"command"},
}

# Some rooms read another for its values only, never for how it works.
ONLY_THESE: dict[tuple[str, str], set[str]] = {
    ("scenario", "trust"): {"profiles", "vocabulary"},
    ("scenario", "tls/wire"): {"alerts", "registry", "version"},
    ("trust", "tls/wire"): {"version"},
    ("error_texts", "tls/wire"): {"alerts", "version"},
    ("error_texts", "trust"): {"verdict"},
    ("command", "tls/wire"): {"alerts", "version"},
    ("command", "trust"): {"verdict"},
    ("lab", "tls/wire"): {"registry", "version"},
    ("trace", "trust"): {"verdict", "vocabulary"},
    ("trace", "tls/wire"): {"alerts", "version"},
    ("views/story", "tls"): {"states"},
    ("views/pictures", "tls"): {"states"},
    ("views/player", "tls"): {"states"},
    ("views/texts", "error_texts"): {"normal_form", "of_verdict", "table"},
    ("views/texts", "tls/wire"): {"version"},
    ("runs", "tls/wire"): {"version"},
}

# What lies in the package itself and in no room.
LOOSE = {"__init__", "__main__", "errors", "entropy", "security", "release", "visible"}

ONLY_IN = {
    "cryptography": {"pki", "tls/crypto", "trust", "oracle"},  # no view: it reads a trace alone
    "ssl": {"oracle"},
    "ctypes": {"oracle"},
    "socket": set(),
    "random": set(),
    "secrets": set(),
    "time": {"command"},  # how long it took: on standard error, never in a result
    "subprocess": set(),
    "matplotlib": {"views", "views/drawing"},
    "networkx": {"views/story", "views/pictures"},
    "click": {"command", "runs"},
}

MOST_FILES_OF_A_FOLDER = 18  # what a reader takes in at a glance; data files and folders do not count
MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 60
KINDS = (ast.Import, ast.ImportFrom, ast.Attribute, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def modules() -> dict[Path, ast.Module]:
    """The syntax tree of every module of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The imports, attributes, classes and functions of a module, wherever in it."""
    return tuple(node for node in ast.walk(modules()[path]) if isinstance(node, KINDS))


def room_of(name: tuple[str, ...]) -> str:
    """The room of a module of the package; the package's own ``__init__`` is ``public``.

    Args:
        name: the module's dotted name without the package's, as a tuple.
    """
    inner = "/".join(name[:2])
    if inner in MAY_IMPORT:
        return inner
    return "public" if name[0] == "__init__" else name[0]


def name_of(path: Path) -> tuple[str, ...]:
    """A module's dotted name without the package's, as a tuple."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def imports_of_rooms() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each import between two rooms: the module's file, its room, and the name that it imports."""
    for path in modules():
        room = room_of(name_of(path))
        for name in own_imports(path):
            if room_of(name) != room and room != "public":
                yield str(path.relative_to(ROOT)), room, name


def imported(found: Iterable[ast.AST]) -> Iterator[tuple[str, ...]]:
    """The dotted names that these nodes import, as tuples."""
    for node in found:
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out from the top"
            base = tuple((node.module or "").split("."))
            yield from ((*base, alias.name) for alias in node.names)


def own_imports(path: Path) -> Iterator[tuple[str, ...]]:
    """What a module imports of the package, without the package's name."""
    return (name[1:] for name in imported(nodes(path)) if name[0] == "simulator" and len(name) > 1)


def test_every_room_is_on_the_page() -> None:
    """The page has a row for every room, and for no other."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("## The rooms") : page.index("## Decisions")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(MAY_IMPORT) == {name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_rooms_import_only_what_the_plan_allows() -> None:
    """No room imports from a room that the plan does not open to it."""
    found = {
        (file, ".".join(name))
        for file, room, name in imports_of_rooms()
        if room_of(name) not in MAY_IMPORT[room] | OPEN_TO_EVERYONE
    }
    assert set() == found


def test_the_plan_names_no_import_that_is_not_used() -> None:
    """The plan allows nothing that no module does any more."""
    used = {(room, room_of(name)) for _, room, name in imports_of_rooms()}
    allowed = {(room, other) for room, others in MAY_IMPORT.items() for other in others}
    assert set() == allowed - used


def test_no_room_imports_a_room_above_it() -> None:
    """The plan itself has an order from the bottom up, so no two rooms can import each other."""
    sorter = TopologicalSorter(MAY_IMPORT)
    assert set(MAY_IMPORT) == set(sorter.static_order())


def test_values_are_read_without_what_works_with_them() -> None:
    """Where a room is read for its values, its other modules are not imported."""
    found = {
        (file, ".".join(name))
        for file, room, name in imports_of_rooms()
        if (room, room_of(name)) in ONLY_THESE
        if name[room_of(name).count("/") + 1] not in ONLY_THESE[room, room_of(name)]
    }
    assert set() == found


def test_no_modules_import_each_other() -> None:
    """No circle of modules, wherever in them the imports stand."""
    files = {".".join(name_of(path)).removesuffix(".__init__") for path in modules()}
    graph = {
        ".".join(name_of(path)).removesuffix(".__init__"): {
            dotted
            for name in own_imports(path)
            for dotted in (".".join(name), ".".join(name[:-1]))
            if dotted in files and dotted != ".".join(name_of(path)).removesuffix(".__init__")
        }
        for path in modules()
    }
    TopologicalSorter(graph).prepare()


def test_nothing_lies_loose() -> None:
    """Every module is in a room, and no folder has more files than a reader takes in at a glance."""
    assert LOOSE == {path.stem for path in PACKAGE.glob("*.py")}
    folders = Counter(path.parent for path in modules() if path.stem != "__init__")
    wide = {
        str(folder.relative_to(ROOT)): files
        for folder, files in folders.items()
        if files > MOST_FILES_OF_A_FOLDER
    }
    assert {} == wide


def test_a_class_name_means_one_thing() -> None:
    """No two public classes of the package share a name."""
    homes: dict[str, set[str]] = {}
    for path in modules():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(str(path.relative_to(ROOT)))
    assert {} == {name: files for name, files in homes.items() if len(files) > 1}


def test_a_module_is_called_by_its_name() -> None:
    """No module or name is imported under a single letter."""
    found = [
        (str(path.relative_to(ROOT)), alias.asname)
        for path in modules()
        for node in nodes(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname and len(alias.asname) == 1
    ]
    assert [] == found


def test_outside_libraries_stay_where_they_belong() -> None:
    """Sockets, randomness, OpenSSL and heavy libraries are imported only in the rooms meant for them."""
    found = {
        (str(path.relative_to(ROOT)), name[0])
        for path in modules()
        for name in imported(nodes(path))
        if name[0] in ONLY_IN and room_of(name_of(path)) not in ONLY_IN[name[0]]
    }
    assert set() == found


def test_nobody_asks_the_machine_for_time_or_randomness() -> None:
    """Only the command reads the machine's clock and its randomness."""
    asked = {
        (str(path.relative_to(ROOT)), node.attr)
        for path in modules()
        if path.parent.name != "command"
        for node in nodes(path)
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
        if path.name != "figure.py"
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name[0] in {"matplotlib", "networkx"} for name in imported([node]))
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
        for path in modules()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert [] == long


def test_every_room_of_the_plan_exists() -> None:
    """The plan speaks of no room that is not there."""
    there = {room for room in MAY_IMPORT if (PACKAGE / f"{room}.py").exists() or (PACKAGE / room).is_dir()}
    assert set(MAY_IMPORT) == there
