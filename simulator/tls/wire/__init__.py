"""What goes over the wire: versions, alerts, messages, extensions, records, and their registries."""
