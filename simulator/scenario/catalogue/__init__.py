"""The built-in scenarios: a TOML file each."""
