"""The facts about a run that a question's options claim."""
