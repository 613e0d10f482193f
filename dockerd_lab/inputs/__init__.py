"""Collects a user's files into one Input, and decides where each goes on the machine."""
