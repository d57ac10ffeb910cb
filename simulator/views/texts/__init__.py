"""A run as text: for the terminal, for Mermaid and for PlantUML."""
