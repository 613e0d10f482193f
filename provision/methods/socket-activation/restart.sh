#!/bin/sh
# A socket unit cannot be restarted while its service runs. The first request starts the daemon.
set -eu
systemctl stop docker.service docker.socket
systemctl start docker.socket
curl -fsS --max-time 100 http://127.0.0.1:2375/_ping
