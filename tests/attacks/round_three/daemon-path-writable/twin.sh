#!/bin/sh
set -e
mkdir -p /opt/tools/bin
chmod 0755 /opt/tools/bin
