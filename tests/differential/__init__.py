"""Our engine beside real Go: the same requests to both, and no difference between the answers."""
