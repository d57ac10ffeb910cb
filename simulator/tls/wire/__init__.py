"""The wire format: versions, alerts, messages, extensions, records, and their registries."""
