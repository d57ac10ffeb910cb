"""Keys and certificates: reading, making and issuing them, trust stores, and files."""
