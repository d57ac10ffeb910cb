"""Certificate revocation lists as real DER: written, read, and the reasons they give (RFC 5280 §5)."""
