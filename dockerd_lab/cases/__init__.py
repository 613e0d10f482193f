"""Reads cases: configurations with what is expected of them, and the credentials they need."""
