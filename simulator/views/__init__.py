"""How a trace is shown: pure functions from a :class:`~simulator.trace.Trace` to something to look at.

A layout turns a trace into a display list of boxes, lines and text (:mod:`simulator.views.display`), which
holds numbers and style names only. Thin pens draw that list: :mod:`simulator.views.svg` as a string,
:mod:`simulator.views.figure` with matplotlib. The terminal and the captions tell the same story in words.
"""
