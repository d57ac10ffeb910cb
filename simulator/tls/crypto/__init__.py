"""The cryptography of TLS: key exchange, key schedules, record protection, signatures, transcript."""
