"""The version, in one place: the build reads it from here, and so may every room (for a User-Agent, say)."""

__version__ = "0.1.0.dev0"
