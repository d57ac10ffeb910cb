"""The pictures: each lays a trace out as a display list."""
