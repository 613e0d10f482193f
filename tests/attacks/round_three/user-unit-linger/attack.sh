#!/bin/sh
set -e
id ci >/dev/null 2>&1 || useradd -m -s /bin/sh ci
usermod -aG docker ci
systemctl --global enable relay.service
mkdir -p /var/lib/systemd/linger
touch /var/lib/systemd/linger/ci
