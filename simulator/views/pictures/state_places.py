"""Where the states of a machine stand: one below the other, in the order that the graph of moves has.

networkx sorts the states; then every move is a straight line to the next state, or a bracket beside the
column that passes over states in between.
"""

from __future__ import annotations
