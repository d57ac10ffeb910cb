"""Error texts: what programs print when a certificate is refused, and what may have caused it.

``measured.json`` has what was seen, ``cited.json`` what others report, ``causes.toml`` the words for each
cause, ``misleading.toml`` the texts that point to the wrong side. ``lookup.py`` goes from a text to its
causes.
"""
