"""Write ``help-book.md`` and its pictures from the statements of the help book: ``make help-book``."""

from __future__ import annotations

from pathlib import Path

from simulator.lessons.help_book.document import PICTURES, document, pictures

HERE = Path(__file__).parent


def main() -> None:
    """Write both; a picture that is no longer shown is removed."""
    folder = HERE / PICTURES
    folder.mkdir(exist_ok=True)
    drawn = pictures()
    for path in folder.iterdir():
        if path.name not in drawn:
            path.unlink()
    for name, text in drawn.items():
        (folder / name).write_text(text, encoding="utf-8")
    (HERE / "help-book.md").write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
