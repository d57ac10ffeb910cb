"""``python -m simulator``: the same as the command ``clientauth``."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """Run the command and leave with its exit status."""
    interrupt = signal.getsignal(signal.SIGINT)
    if interrupt is signal.default_int_handler:
        # Before and after the command Ctrl-C ends the program as it ends any other, not with a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from simulator.command.cli import clientauth
    from simulator.command.console import run_command

    try:
        signal.signal(signal.SIGINT, interrupt)
        status = run_command(clientauth)
        if interrupt is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
