"""The client's Certificate and CertificateVerify explained byte by byte, as a page to read."""
