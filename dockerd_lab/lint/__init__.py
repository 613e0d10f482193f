"""Predicts what a configuration does on an engine from its files alone, without any machine."""
