"""Files that hold certificates and keys: their kinds, their parts, and words for the wrong one."""
