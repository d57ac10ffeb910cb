"""The words and the order in which a run is told, apart from any geometry."""
