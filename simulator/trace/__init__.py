"""What happened: facts, events, the trace, and the documents made of it."""
