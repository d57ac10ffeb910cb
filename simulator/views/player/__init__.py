"""The player: one page, or one widget, that steps through a run."""
