"""Judges an observation by what its case expects and by policy; reads no machine.

The only files that it reads are the copies of the input.
"""
