"""Execute the notebooks, each in a kernel of its own, and write them with what their cells show.

    python notebooks/execute.py            # all of them
    python notebooks/execute.py 03 05      # those whose names begin so

What is written is the same on every run: no times, no widget state, no version of the machine's Python.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
WIDGET = "application/vnd.jupyter.widget-view+json"
TIMEOUT = 300  # seconds for a cell; it only catches one that hangs


def notebooks() -> list[Path]:
    """The notebooks in their order."""
    return sorted(HERE.glob("[0-9][0-9]-*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    """A notebook as it stands in its file."""
    return nbformat.read(path, as_version=4)


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with fresh outputs; its file is left alone, and files that cells write go elsewhere."""
    notebook = read(path)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": folder}},
            # Sockets in the file system, by their whole path: the kernel stands in another folder than we do.
            config=Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder, "kernel"))}}),
        )
        client.execute()
    return settled(notebook)


def settled(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without what differs from one machine or run to the next.

    The view of a widget names a model by a random number, and without its kernel that model is gone. The
    picture beside it is what a reader sees.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in ("slideshow", "tags") if key in cell.metadata}
        cell.metadata = kept
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def main(beginnings: list[str]) -> None:
    """Execute and write the notebooks whose names begin so; all of them where none is named."""
    for path in notebooks():
        if not beginnings or path.name.startswith(tuple(beginnings)):
            nbformat.write(executed(path), path)
            print(path.name, f"{path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
