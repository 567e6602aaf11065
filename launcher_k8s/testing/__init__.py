"""Clusters for tests, demonstrations and machines without Kubernetes."""
