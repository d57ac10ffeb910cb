"""OCSP, the online status of certificates: requests and answers as real DER (RFC 6960)."""
