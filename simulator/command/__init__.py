"""The command ``clientauth``: what a person types, and what is printed."""
