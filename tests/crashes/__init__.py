"""Launchers that are killed with -9 between any two steps, and at any time; and what the next one finds."""
