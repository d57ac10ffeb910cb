"""Views of a trace: pure functions from a :class:`~simulator.trace.trace.Trace` to something to look at.

:mod:`~simulator.views.story` says what is told and in which words; :mod:`~simulator.views.pictures` lays it
out as a display list of boxes, lines and text, which holds numbers and style names only; thin pens in
:mod:`~simulator.views.drawing` draw that list. The terminal and the text diagrams tell the same story in
words.
"""
