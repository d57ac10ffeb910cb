"""The events of a run: facts, events, the trace, and the documents made of it."""
