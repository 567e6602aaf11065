"""YAML, JSON and TOML as Go and Kubernetes read and write them."""
