"""Fields of a certificate that are not encoded as RFC 5280 prescribes."""

from __future__ import annotations

from typing import NamedTuple


class Misencoding(NamedTuple):
    """A field that is present, but not encoded as prescribed, and the reason.

    Either the value could be read nevertheless (``decoded``), as OpenSSL reads it; then the certificate has
    it. Or it could not; then the certificate's attribute is None, as if the field were absent, and only this
    tells the difference.

    Attributes:
        field: the field or extension: ``subject``, ``notAfter``, ``keyUsage``; dotted if unknown.
        problem: what is wrong, as the end of a sentence about the field: ``is there more than once``.
        reference: the rule that prescribes the encoding.
        decoded: the value could be read.
    """

    field: str
    problem: str
    reference: str
    decoded: bool


class Remarks:
    """The misencodings of one certificate, collected field by field.

    Attributes:
        field: the field that is being read.
        reference: the section that defines it.
        found: the misencodings so far.
    """

    __slots__ = ("field", "found", "reference")

    def __init__(self) -> None:
        self.field = self.reference = ""
        self.found: list[Misencoding] = []

    def on(self, field: str, reference: str) -> Remarks:
        """Begin with another field; these remarks again."""
        self.field, self.reference = field, reference
        return self

    def add(self, problem: str, reference: str = "", *, decoded: bool = True) -> None:
        """Remark on the field that is being read."""
        self.found.append(Misencoding(self.field, problem, reference or self.reference, decoded))

    def undecodable(self, error: ValueError) -> None:
        """Remark that the field that is being read cannot be decoded."""
        self.add(f"cannot be decoded: {error}", decoded=False)
