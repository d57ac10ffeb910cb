"""The display list, its style and the pens that draw it."""
