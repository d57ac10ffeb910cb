"""The notebooks as data: read without a kernel, and executed by the script that writes them."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from base64 import b64decode
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tests.peers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))

Cell = dict[str, Any]


@cache
def script(name: str) -> ModuleType:
    """A script that stands beside the notebooks, as a module; it finds its neighbours as when it is run."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"notebooks_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def stored(path: Path) -> Cell:
    """A notebook as it stands in its file."""
    found: Cell = json.loads(path.read_text(encoding="utf-8"))
    return found


def cells(path: Path, kind: str) -> list[Cell]:
    """The cells of one kind, ``code`` or ``markdown``."""
    return [cell for cell in stored(path)["cells"] if cell["cell_type"] == kind]


def source(cell: Cell) -> str:
    """What stands in a cell."""
    return "".join(cell["source"])


def code_lines(cell: Cell) -> list[str]:
    """The lines of a code cell that are not empty."""
    return [line for line in source(cell).splitlines() if line.strip()]


def shown(cells: list[Cell]) -> Iterator[tuple[str, str, Any]]:
    """What cells show, as (cell, MIME type or kind of output, value), in an order of its own."""
    for cell in cells:
        for output in cell.get("outputs", ()):
            if "data" not in output:
                yield cell["id"], output["output_type"], joined(output.get("text", output))
            for kind, value in sorted(output.get("data", {}).items()):
                yield cell["id"], kind, joined(value)


def joined(value: Any) -> Any:
    """Text that a notebook stores in lines, as one."""
    return "".join(value) if isinstance(value, list) else value


def alike(kind: str, one: Any, other: Any) -> bool:
    """Return True if two shown values look the same: text to the letter, pictures by their pixels."""
    return bool(one == other or (kind == "image/png" and pixels(one) == pixels(other)))


def pixels(encoded: str) -> tuple[tuple[int, int], bytes]:
    """A picture's size and its pixels; how they were packed does not matter."""
    from PIL import Image

    picture = Image.open(BytesIO(b64decode(encoded))).convert("RGB")
    return picture.size, picture.tobytes()


def names_used(path: Path) -> set[str]:
    """Every word in the code of a notebook."""
    return set(re.findall(r"\w+", "\n".join(source(cell) for cell in cells(path, "code"))))
