#!/bin/sh
# The daemon starts with the configuration of before, and is told to reload the one that is there now.
set -eu
here=$(dirname "$0")
cp "$here/before.json" /etc/docker/daemon.json
systemctl restart docker.service
systemctl show --property MainPID --value docker.service >/var/lib/dockerd-lab/pid-before
install -m 644 "$here/rootfs/etc/docker/daemon.json" /etc/docker/daemon.json
systemctl reload docker.service
