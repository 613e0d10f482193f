"""Judges an observation by what its case expects and by policy; reads no machine and no file."""
