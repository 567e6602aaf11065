"""URLs as Go's net/url has them."""
