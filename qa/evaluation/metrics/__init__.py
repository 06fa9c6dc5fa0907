"""Metrics: each a small function with its definition, its source and an example worked out by hand."""
