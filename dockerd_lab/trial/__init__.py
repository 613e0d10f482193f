"""One configuration on one engine: restore, apply, fix or reboot, observe."""
