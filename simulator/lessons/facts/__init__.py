"""The facts of a run that a question or an exercise may claim."""
