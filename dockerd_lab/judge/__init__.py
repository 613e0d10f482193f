"""Judges an observation: by what its case expects, and by policy. Data in, data out."""
