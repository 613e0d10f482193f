"""Tries one configuration on one engine: restores, applies, fixes or reboots, and observes."""
