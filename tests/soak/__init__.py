"""Many jobs for a long time while the API server dies and comes back, and the books kept on them."""
