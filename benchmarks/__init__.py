"""Measurements of speed, start and memory: each script writes its section of README.md."""
