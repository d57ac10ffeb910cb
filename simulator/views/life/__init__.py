"""The certificates and connections of a run on one axis of time."""
