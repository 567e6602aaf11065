"""Semantic versions and constraints as Masterminds/semver has them."""
