"""The 45-minute lesson as one folder: slides, the presenter's view, a handout and a worksheet."""
