"""Exercises, the puzzle, and the cells of a notebook."""
