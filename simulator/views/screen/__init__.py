"""The screen of the person at the terminal."""
