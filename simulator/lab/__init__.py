"""The lab: what a user brings along. Certificates of one's own, read and judged."""
