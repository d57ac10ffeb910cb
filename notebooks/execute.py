"""Execute the notebooks, each in a kernel of its own, and write them with what their cells show.

    python notebooks/execute.py            # all of them
    python notebooks/execute.py 03 05      # those whose names begin so
    python notebooks/execute.py --to executed 03

What is written is the same on every run: no times, no widget state, no version of the machine's Python.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from selection import chosen, command_line
from traitlets.config import Config

from simulator.errors import SimulatorError

WIDGET = "application/vnd.jupyter.widget-view+json"
TIMEOUT = 300  # seconds for a cell; it only catches one that hangs


def read(path: Path) -> nbformat.NotebookNode:
    """A notebook as it stands in its file.

    Raises:
        SimulatorError: it is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise SimulatorError(f"{path} cannot be read.", got=error, expected="a notebook") from error


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
        try:
            client.execute()
        except CellExecutionError as error:
            raise SimulatorError(
                f"A cell of {path} ends in an error.",
                got=f"{error.ename}: {error.evalue}",
                expected="cells that run from top to bottom",
            ) from error
    return settled(notebook)


def settled(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without what differs from one machine or run to the next.

    The view of a widget names a model by a random number, and without its kernel that model is gone. The
    picture beside it is what a reader sees. What an output's metadata says of a picture stays: its words.
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


def main(arguments: list[str]) -> int:
    """Execute and write the notebooks that are asked for; the exit code is 2 where that cannot be done."""
    does = "Execute the notebooks and store what they show."
    parser = command_line("execute.py", does, None, "where to; their own folder if absent")
    asked = parser.parse_args(arguments)
    try:
        found = chosen(asked.source, asked.beginnings)
        target = asked.target or asked.source
        target.mkdir(parents=True, exist_ok=True)
        for path in found:
            written = target / path.name
            nbformat.write(executed(path), written)
            print(written.name, f"{written.stat().st_size / 1000:.0f} kB")
    except (SimulatorError, OSError) as error:
        print(f"execute.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
