import os
import stat
from pathlib import Path

import pytest

from simulator.errors import OutputError
from simulator.runs.files import (
    check_writable,
    filled_before,
    write_files,
    write_folder,
    write_private_file,
    write_public_file,
)
from simulator.visible import clean


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A file with a secret has mode 0600, even where a readable one stood before."""
    file = tmp_path / "alice.key"
    file.write_text("before")
    file.chmod(0o644)
    write_private_file(file, b"secret")
    assert (file.read_bytes(), mode(file)) == (b"secret", 0o600)


def test_a_public_file_follows_the_umask(tmp_path: Path) -> None:
    """A file without a secret is as readable as any new file, and keeps the mode it had."""
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_bytes(b"")
    write_public_file(ours, b"data")
    assert mode(ours) == mode(plain)
    ours.chmod(0o640)
    write_public_file(str(ours), b"more")
    assert (ours.read_bytes(), mode(ours)) == (b"more", 0o640)


@pytest.mark.parametrize("write", [write_private_file, write_public_file])
@pytest.mark.parametrize("place", ["missing/alice.key", ".", "file/alice.key", "nul\0.key"])
def test_a_place_that_cannot_be_written_is_named(write: object, place: str, tmp_path: Path) -> None:
    """A missing folder, a folder itself, a file as a folder, and an impossible name are output errors."""
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputError) as raised:
        write(tmp_path / place, b"secret")  # type: ignore[operator]  # both are such functions
    assert clean(str(tmp_path / place)) in str(raised.value)
    assert raised.value.advice
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When moving into place fails, the old file is whole and nothing is left beside it."""
    file = tmp_path / "alice.key"
    write_private_file(file, b"old")

    def broken(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OutputError, match="No space left on device"):
        write_private_file(file, b"new")
    assert file.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["alice.key"]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    """The file that a link leads to is written, there or not; the link stays."""
    (tmp_path / "elsewhere").mkdir()
    for name in ("there.svg", "not-yet.key"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere" / name)
    (tmp_path / "elsewhere" / "there.svg").write_bytes(b"old")
    write_public_file(tmp_path / "there.svg", b"new")
    write_private_file(tmp_path / "not-yet.key", b"secret")
    assert (tmp_path / "elsewhere" / "there.svg").read_bytes() == b"new"
    assert (tmp_path / "elsewhere" / "not-yet.key").read_bytes() == b"secret"
    assert stat.S_IMODE((tmp_path / "elsewhere" / "not-yet.key").stat().st_mode) == 0o600
    assert all((tmp_path / name).is_symlink() for name in ("there.svg", "not-yet.key"))


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    """A link that leads nowhere but to itself is an error in words, and stays."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match="a symbolic link that leads to itself"):
        write_public_file(tmp_path / "loop", b"new")
    assert (tmp_path / "loop").is_symlink()


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    """A name of 255 octets is written; the hidden file beside it has a shorter one."""
    write_private_file(tmp_path / ("a" * 255), b"secret")
    assert [len(path.name) for path in tmp_path.iterdir()] == [255]


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
def test_no_device_and_no_pipe_is_replaced(tmp_path: Path) -> None:
    """A pipe, and a link to a device, are what they were."""
    os.mkfifo(tmp_path / "pipe.svg")
    (tmp_path / "null.json").symlink_to("/dev/null")
    for name in ("pipe.svg", "null.json"):
        for write in (write_public_file, write_private_file):
            with pytest.raises(OutputError, match="a device or a pipe"):
                write(tmp_path / name, b"data")
        assert not (tmp_path / name).is_file()


def test_of_files_that_belong_together_all_are_written_or_none(tmp_path: Path) -> None:
    """Where one cannot be written the others keep what they had, and nothing is left beside them."""
    first, second = tmp_path / "first", tmp_path / "missing" / "second"
    first.write_bytes(b"old")
    with pytest.raises(OutputError, match="second"):
        write_files({first: b"new"}, {second: b"secret"})
    assert ([first], b"old") == (list(tmp_path.iterdir()), first.read_bytes())


def test_targets_are_checked_before_the_work(tmp_path: Path) -> None:
    """A missing folder and a file that is named twice, also by a link, are told, and nothing is written."""
    (tmp_path / "link.svg").symlink_to("a.svg")
    check_writable([tmp_path / "a.svg", tmp_path / "b.svg"])
    for paths, words in (
        (["a.svg", "missing/b.svg"], "No such file or directory"),
        (["a.svg", "a.svg/b.svg"], "No such file or directory"),
        (["a.svg", "a.svg"], "named twice"),
        (["a.svg", "link.svg"], "named twice"),
        (["."], "a folder"),
    ):
        with pytest.raises(OutputError, match=words):
            check_writable(tmp_path / path for path in paths)
    assert ["link.svg"] == [path.name for path in tmp_path.iterdir()]


def test_a_folder_is_filled_once_and_again(tmp_path: Path) -> None:
    """A second set takes the place of the first; files of others stay, and are never replaced."""
    folder = tmp_path / "figures"

    def fill(*names: str) -> list[str]:
        is_ours = filled_before(folder, "our page")
        earlier = [path for path in folder.iterdir() if path.suffix == ".svg"] if folder.is_dir() else []
        write_folder(
            folder, [("index.html", "our page"), *((name, name) for name in names)], is_ours, earlier
        )
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))

    assert ["a.svg", "index.html", "shared/b.svg"] == fill("a.svg", "shared/b.svg")
    (folder / "notes.txt").write_text("of others")
    assert ["c.svg", "index.html", "notes.txt", "shared/b.svg"] == fill("c.svg")
    (folder / "index.html").write_text("of others")
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(OutputError, match="files that this command did not write"):
        fill("d.svg")
    assert before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
