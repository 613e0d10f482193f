"""Keeps secrets out of every output: what they look like, and what stands in their place."""
