#!/bin/sh
set -e
mkdir -p /var/crash
sysctl -q -p /etc/sysctl.d/60-core.conf
