"""``python -m simulator``: the same as the command ``clientauth``."""

from simulator.command.cli import main

if __name__ == "__main__":
    main()
