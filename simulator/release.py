"""Which release this is: every figure says so, because only one release promises the same bytes."""

RELEASE = "0.1.0"
