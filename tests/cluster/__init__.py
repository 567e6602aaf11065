"""A real single-node Kubernetes for tests, and by hand: `python -m tests.cluster`. See README.md."""
