"""Proves on real virtual machines what a Docker daemon's remote-access configuration does.

The data goes one way, and so do the imports:

    cases -> machines (applied) -> observe -> tests/lab, explain -> report
"""
