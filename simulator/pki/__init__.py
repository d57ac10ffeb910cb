"""What is held: keys, certificates, the authorities that issue them, stores and bundles."""
