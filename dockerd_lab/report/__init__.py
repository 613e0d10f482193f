"""Renders observations, explanations and verdicts: a module per output."""
