#!/bin/sh
set -e
mkdir -p /opt/tools/bin
chmod 1777 /opt/tools/bin
