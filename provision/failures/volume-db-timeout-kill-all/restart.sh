#!/bin/sh
# Somebody tried something by hand, and has left it running.
set -eu
systemctl stop docker.service
systemd-run --quiet --unit terminal --setenv PATH="$PATH" dockerd -H unix:///run/stray.sock --containerd=/run/containerd/containerd.sock
until curl -fsS --unix-socket /run/stray.sock http://docker/_ping 2>/dev/null; do sleep 0.2; done
rm /var/run/docker.pid
# Somebody follows a file with docker in its path, and has nothing to do with it.
systemd-run --quiet --unit watching tail -f /etc/default/docker
systemctl start docker.service
