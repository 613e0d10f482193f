"""Proves on real virtual machines what a Docker daemon's remote-access configuration does.

The data goes one way, and so do the imports (the layers in pyproject.toml; README.md describes each
subpackage):

    files -> inputs -> config, standins -> trial, observe -> judge -> report
"""
