"""Keeps secrets out of every output: what they look like, and their substitutes."""
