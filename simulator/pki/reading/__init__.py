"""Reading the fields of a certificate from their bytes, each for itself."""
