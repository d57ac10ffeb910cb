"""The command in a process of its own, forked from one that has imported the simulator already.

To start Python and to import what the command needs takes longer than most commands, and tests start some
hundreds of them. A forked process has its own memory, streams, environment, folder, signals and exit status,
as one that a user starts has. Tests of a locale, of hash seeds and of a closed stream start Python itself.

``python -m tests.processes FD`` is the process that forks. It reads orders from the socket FD until that is
closed.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import traceback
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.peers import ROOT

COMMAND = "from simulator.__main__ import main; main()"
PATIENCE_S = 120.0
_LENGTH_BYTES = 4
_POLLS_PER_S = 200  # for its end: a command takes 20 ms or more


class Process:
    """A command that runs; named as in :class:`subprocess.Popen` where it does the same.

    Args:
        arguments: the words after ``clientauth``.
        streams: the file descriptors of its input, output and error output.
        cwd: its folder, which comes first where Python looks for modules, as with ``python -m``.
        environment: all variables that it sees.
        code: what it runs.
        own_terminal: its input is a terminal, and becomes its own: signals of keys go to it.
    """

    def __init__(
        self,
        *arguments: str,
        streams: tuple[int, int, int],
        cwd: Path,
        environment: dict[str, str],
        code: str = COMMAND,
        own_terminal: bool = False,
    ) -> None:
        order = {
            "arguments": arguments,
            "cwd": str(cwd),
            "environment": environment,
            "code": code,
            "own_terminal": own_terminal,
        }
        self.pid = int(_answer(order, streams))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        if self.returncode is None:
            self.returncode = _answer({"pid": self.pid})
        return self.returncode

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait for its end and give the exit status."""
        end = monotonic() + timeout_s
        while (status := self.poll()) is None:
            assert monotonic() < end, f"process {self.pid} did not end within {timeout_s:g} s"
            sleep(1 / _POLLS_PER_S)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def clientauth(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command and give what it printed."""
    temporary = tempfile.TemporaryFile
    with Path(os.devnull).open() as nothing, temporary() as out, temporary() as err:
        process = Process(
            *arguments,
            streams=(nothing.fileno(), out.fileno(), err.fileno()),
            cwd=cwd,
            environment={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
        )
        try:
            status = process.wait()
        finally:
            process.kill()
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read().decode("utf-8"))
    return subprocess.CompletedProcess(arguments, status, *printed)


# The process that forks -------------------------------------------------------------------------------------


@cache
def _forking() -> socket.socket:
    """The socket to the process that forks, which is started when it is first needed."""
    ours, its = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.processes", str(its.fileno())],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        pass_fds=[its.fileno()],
        start_new_session=True,
    )
    its.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _answer(order: dict[str, Any], descriptors: tuple[int, ...] = ()) -> Any:
    """The answer to an order that may carry open files."""
    text = json.dumps(order).encode()
    socket.send_fds(_forking(), [len(text).to_bytes(_LENGTH_BYTES, "big")], list(descriptors))
    _forking().sendall(text)
    return json.loads(_forking().recv(_LENGTH_BYTES * 4))


def _next_command(orders: socket.socket) -> dict[str, Any] | None:
    """Follow orders; return in each forked process with its command, and in this one with None at the end."""
    while True:
        length, descriptors, _, _ = socket.recv_fds(orders, _LENGTH_BYTES, 3)
        if not length:
            return None
        text = b""
        while len(text) < int.from_bytes(length, "big"):
            text += orders.recv(1 << 20)
        order: dict[str, Any] = json.loads(text)
        if "pid" in order:
            ended, status = os.waitpid(order["pid"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        else:
            answer = os.fork()
            if not answer:
                orders.close()
                _become(order, descriptors)
                return order
            for descriptor in descriptors:
                os.close(descriptor)
        orders.sendall(json.dumps(answer).encode())


def _become(order: dict[str, Any], descriptors: list[int]) -> None:
    """Give a forked process what Python gets from the system when it starts."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if order["own_terminal"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    sys.path[0] = order["cwd"]
    sys.argv = [str(ROOT / "simulator" / "__main__.py"), *order["arguments"]]
    sys.modules["__main__"].__package__ = "simulator"  # click's "Usage: python -m simulator"
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = sys.__stdin__ = open(0, encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(  # noqa: SIM115
        2, "w", 1, encoding, "backslashreplace", closefd=False
    )


def _run(code: str) -> None:
    """Run code to its end as Python does, but leave the modules to the system: tidying up takes 0.5 s."""
    status = 0
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _import_simulator() -> None:
    """Import the modules of the simulator; libraries that draw come when they are used."""
    import simulator

    for module in pkgutil.walk_packages(simulator.__path__, "simulator."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    _import_simulator()
    if _command := _next_command(socket.socket(fileno=int(sys.argv[1]))):
        _run(_command["code"])
