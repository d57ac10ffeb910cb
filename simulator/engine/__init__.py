"""The machinery of a run: the world of a scenario, its actors on a link, and a virtual clock."""
