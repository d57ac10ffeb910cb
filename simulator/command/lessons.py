"""The verbs for learners: ``glossary``, ``quiz``, ``cases``, ``site`` and ``lesson``."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.command.console import note, read_line, terminal_width, width_option, write
from simulator.command.options import FOLDER, jobs_option


@click.command()
@click.argument("word", nargs=-1)
@width_option
def glossary(word: tuple[str, ...], width: int | None) -> None:
    """Explain a word; without one, list all words."""
    from simulator.views.story.glossary import entry_text, index_text, look_up

    columns = terminal_width(width)
    write(entry_text(look_up(" ".join(word)), columns) if word else index_text(columns))


@click.command()
@click.argument("name", required=False)
@click.option(
    "--file", "-f", "file", metavar="FILE", default="", help="Questions of your own, in a .toml file."
)
@click.option(
    "--check",
    "try_all",
    is_flag=True,
    help="Play them all and report mistakes: each has exactly one right answer.",
)
@click.option(
    "--gift",
    metavar="FILE.gift",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all questions for Moodle, with the reasons.",
)
@width_option
def quiz(name: str | None, file: str, try_all: bool, gift: Path | None, width: int | None) -> int:
    """Answer a question; without a NAME, list them.

    The answer is a letter. The simulator plays the run in question to find the right one. After a wrong
    letter the question is asked again; after the second, the right one is shown. An empty line or q leaves.
    """
    from simulator.lessons.quiz import quiz_terminal
    from simulator.lessons.quiz.quiz import ask

    if try_all and name:
        raise click.UsageError("--check plays every question; leave the NAME out.")
    if gift is not None:
        if try_all or name:
            raise click.UsageError("--gift writes every question; leave the NAME and --check out.")
        from simulator.lessons.quiz.gift import save_gift
        from simulator.runs.files import check_writable
        from simulator.views.story.words import plural

        check_writable([gift])
        note(f"{gift}: {plural(save_gift(gift, file), 'question')}")
        return 0
    columns = terminal_width(width)
    if try_all:
        text, good = quiz_terminal.tried(file, columns)
        write(text)
        return 0 if good else 1
    if name:
        quiz_terminal.asked(ask(name, file), read_line, write, columns)
    else:
        write(quiz_terminal.listed(file, columns))
    return 0


@click.command()
@click.argument("file", metavar="FILE.html", type=click.Path(path_type=Path, dir_okay=False))
def cases(file: Path) -> None:
    """Write the cases of "You are the server" to print.

    One case a page, with the table of the checks, and the answers on the last page.
    """
    from simulator.lessons.classroom.case_sheet import save_case_sheet
    from simulator.runs.files import check_writable

    check_writable([file])
    save_case_sheet(file)
    note(f"{file}")


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@jobs_option
def site(directory: Path, jobs: int | None) -> None:
    """Write the classroom as pages for students without Python.

    Every scenario with its picture and its player, runs to decide, the playground, the quiz, the words and
    the lesson. Open DIR/index.html from disk, or copy DIR to any web server.
    """
    from simulator.lessons.site.site import site_files
    from simulator.runs.files import check_folder, filled_before, write_folder
    from simulator.runs.many import processes

    is_ours = filled_before(directory, "shared/site.css")
    check_folder(directory, ["index.html"], is_ours)
    with processes(jobs) as executor:
        write_folder(directory, site_files(executor=executor, progress=None), is_ours)
    note(f"Open {directory / 'index.html'}")


LENGTHS = ("45", "60", "90")  # minutes of a lesson


class LessonCommand(click.Command):
    """A command whose first argument, the length of the lesson, may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the rest of the arguments."""
        given = len(args) > 1 or any(length in args for length in LENGTHS)
        return super().parse_args(ctx, args if given else [LENGTHS[0], *args])


@click.command(cls=LessonCommand)
@click.argument("minutes", metavar="[45|60|90]", type=click.Choice(LENGTHS))
@click.argument("directory", metavar="DIR", type=FOLDER)
def lesson(minutes: str, directory: Path) -> None:
    """Write a lesson of 45, 60 or 90 minutes as one folder.

    Slides with votes and players, the presenter's view (press p), a handout, and a worksheet with its
    answers. Open DIR/index.html from disk; it needs no network. Without a number it is 45 minutes. The
    lesson of 60 minutes is for administrators of telnet servers.
    """
    from simulator.lessons.lesson.folder import lesson_files
    from simulator.runs.files import check_folder, filled_before, has_mark, write_folder

    is_ours = filled_before(directory, "shared/slides.css")
    check_folder(directory, ["index.html"], is_ours)
    # Players of a lesson of the other length would read lines that are no longer theirs.
    players = [page for page in directory.glob("runs/*.html") if has_mark(page, "shared/player.css")]
    write_folder(directory, lesson_files(minutes), is_ours, players)
    note(f"Open {directory / 'index.html'}")
