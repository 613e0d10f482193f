"""Drives the virtual machines: Vagrant, ssh, snapshots, programs on them, testinfra, the SDK."""
