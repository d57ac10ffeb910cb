"""The classroom as static pages, for students without Python: from disk or any web server."""
