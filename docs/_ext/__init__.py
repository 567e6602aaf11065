"""Directives that write what the code says into these pages, so that the two cannot disagree."""
