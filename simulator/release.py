"""The release: every figure names it, because the same bytes are promised for one release only."""

RELEASE = "0.1.0"
