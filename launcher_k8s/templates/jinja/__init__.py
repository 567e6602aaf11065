"""Native Jinja2 templates in a sandbox: plain values in, JSON-safe text out, everything counted."""
