"""Benchmarks that need a cluster use the one of the tests."""

pytest_plugins = ["tests.cluster.plugin"]
