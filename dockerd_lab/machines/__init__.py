"""The virtual machines: Vagrant, ssh, testinfra hosts, snapshots."""
