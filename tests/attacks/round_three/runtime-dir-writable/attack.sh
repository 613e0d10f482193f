#!/bin/sh
set -e
mkdir -p /opt/ci/bin
cp "$(command -v runc)" /opt/ci/bin/runc-ci
chmod 0755 /opt/ci/bin/runc-ci
chmod 0777 /opt/ci/bin
